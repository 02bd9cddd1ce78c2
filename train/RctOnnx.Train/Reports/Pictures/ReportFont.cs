using System.Reflection;
using ScottPlot;
using SkiaSharp;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>
/// The font of all pictures, from an assembly that ships it, so that pictures have text on machines without fonts and look the
/// same everywhere.
/// </summary>
internal sealed class ReportFont : IFontResolver
{
    /// <summary>Family name: Inter, which covers Latin, Greek and Cyrillic.</summary>
    public const string Family = "Inter";

    private const string ResourceName = "!AvaloniaResources";

    private static readonly Lazy<ReportFont> Shared = new(Install);

    private readonly SKTypeface _regular = Load("/Assets/Inter-Regular.ttf");
    private readonly SKTypeface _bold = Load("/Assets/Inter-SemiBold.ttf");

    private ReportFont() { }

    /// <summary>
    /// The family that shows most of the texts: <see cref="Family"/> wherever it has every letter, else one that is installed.
    /// </summary>
    public static string FamilyFor(string text)
    {
        if (Shared.Value._regular.ContainsGlyphs(text)) return Family;
        string installed = Fonts.Detect(text);
        return CountMissing(installed, text) < CountMissing(Family, text) ? installed : Family;
    }

    /// <summary>Whether a family has a glyph for every letter.</summary>
    public static bool Shows(string family, string text) => CountMissing(family, text) == 0;

    /// <summary>Width in pixels of the widest text.</summary>
    public static float Widest(string family, IEnumerable<string> texts, float size)
    {
        using SKFont font = new(Fonts.GetTypeface(family, bold: false, italic: false), size);
        return texts.Select(text => font.MeasureText(text)).DefaultIfEmpty().Max();
    }

    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName != Family ? null : weight >= FontWeight.SemiBold ? _bold : _regular;

    [Obsolete("The interface asks for it; the other overload is what ScottPlot calls.")]
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) =>
        fontName != Family ? null : bold ? _bold : _regular;

    private static int CountMissing(string family, string text)
    {
        _ = Shared.Value;
        SKTypeface? typeface = Fonts.GetTypeface(family, bold: false, italic: false);
        return text.EnumerateRunes().Count(rune => typeface is null || !typeface.ContainsGlyph(rune.Value));
    }

    private static ReportFont Install()
    {
        ReportFont font = new();
        Fonts.FontResolvers.Insert(0, font);
        Fonts.Default = Family;
        return font;
    }

    private static Assembly Package()
    {
        using Stream stream = typeof(ReportFont).Assembly.GetManifestResourceStream("Inter")!;
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Assembly.Load(bytes);
    }

    // An index of (path, offset, size) stands before the files; offsets count from the end of the index.
    private static SKTypeface Load(string path)
    {
        using Stream stream = Package().GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"The font assembly has no resource {ResourceName}.");
        using BinaryReader reader = new(stream);
        int indexLength = reader.ReadInt32(), version = reader.ReadInt32(), count = reader.ReadInt32();
        if (version != 2) throw new InvalidOperationException($"The resource index of the font assembly has version {version}, expected 2.");
        for (int i = 0; i < count; i++)
        {
            (string name, int offset, int size) = (reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
            if (name != path) continue;
            stream.Position = sizeof(int) + indexLength + offset;
            return SKTypeface.FromData(SKData.CreateCopy(reader.ReadBytes(size)))
                ?? throw new InvalidOperationException($"{path} in the font assembly is no font.");
        }
        throw new InvalidOperationException($"The font assembly has no {path}.");
    }
}
