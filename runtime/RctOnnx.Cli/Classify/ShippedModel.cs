namespace RctOnnx.Cli.Classify;

/// <summary>The model that comes with the program: sections of medical abstracts, whole abstracts read together.</summary>
internal static class ShippedModel
{
    private const string Name = "rct-documents.int8.onnx";

    /// <summary>Where it lies.</summary>
    public static string Location => Path.Combine(AppContext.BaseDirectory, "models", Name);

    /// <summary>The model that was named, or the shipped one.</summary>
    /// <param name="named">From the command line.</param>
    /// <param name="say">Takes a line for people where the shipped one is taken.</param>
    /// <exception cref="ModelFileException">None was named and the shipped one is not beside the program.</exception>
    public static string Or(string? named, Action<string> say)
    {
        if (named is not null) return named;
        if (!File.Exists(Location))
            throw new ModelFileException($"No --model is named, and the one that comes with the program is not at '{Location}'. Name a model file, or build the program again from a whole clone.");
        say($"Model: {Name}, which comes with the program (sections of medical abstracts). Name another one with --model.");
        return Location;
    }
}
