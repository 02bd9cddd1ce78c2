using RctOnnx.Onnx;

namespace RctOnnx.Train.Demo;

/// <summary>
/// What the demonstration learns from: abstracts of 60 trials that never took place, written for it, with a sentence of each section. The 12 topics of the test share nothing with the 48 of the training but the language.
/// </summary>
internal static class DemoSample
{
    /// <summary>An abstract that the trained classifier is asked about at the end; in neither part of the sample.</summary>
    public const string Abstract =
        "Winter depression affects many people in northern countries, and lamps are sold without good evidence. " +
        "To determine whether a bright lamp at breakfast relieves winter depression. " +
        "Volunteers were randomised to a lamp of 10,000 lux or of 300 lux for 30 minutes every morning. " +
        "Mood scores fell by 9.1 points with the bright lamp and by 5.2 points with the dim one (p = 0.003). " +
        "Bright light in the morning is an effective and safe treatment for winter depression.";

    /// <summary>Writes a part of the sample, a TSV file with the columns <c>abstract</c> (its number), <c>label</c> and <c>text</c>.</summary>
    /// <param name="part"><c>train</c> or <c>test</c>.</param>
    /// <param name="path">The file to write.</param>
    public static void Write(string part, string path)
    {
        using Stream sample = Open(part);
        AtomicFile.Write(path, sample.CopyTo);
    }

    /// <summary>A part of the sample.</summary>
    public static Stream Open(string part) => typeof(DemoSample).Assembly.GetManifestResourceStream($"demo-{part}.tsv")!;
}
