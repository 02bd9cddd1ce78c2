using System.Buffers;

namespace RctOnnx.Runtime;

/// <summary>Headings of the sections of an abstract.</summary>
internal static class SectionHeadings
{
    private const int Longest = 40;

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "background", "introduction", "context", "objective", "objectives", "aim", "aims", "purpose", "importance", "rationale", "hypothesis", "design", "study design", "setting",
        "settings", "participants", "patients", "subjects", "population", "intervention", "interventions", "methods", "method", "materials and methods", "patients and methods",
        "methods and materials", "measurements", "main outcome measures", "main outcome measure", "outcome measures", "outcomes", "results", "findings", "main results", "discussion",
        "conclusion", "conclusions", "interpretation", "significance", "trial registration", "clinical trial registration", "registration", "funding", "limitations", "data sources", "data extraction",
        "study selection", "data synthesis", "background and aims", "background and purpose", "results and conclusions", "conclusions and relevance", "methods and results", "level of evidence",
    };

    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ &/");

    /// <summary>Whether a piece of text is a heading and nothing else, with or without a colon or full stop.</summary>
    public static bool IsHeading(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length > Longest) return false;
        return Names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text.TrimEnd(":.").TrimEnd());
    }

    /// <summary>Whether a text begins with a heading and a colon.</summary>
    public static bool StartsWithColon(ReadOnlySpan<char> text)
    {
        int end = text[..Math.Min(text.Length, Longest)].IndexOf(':');
        return end > 0 && Names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[..end].Trim());
    }

    /// <summary>Whether a text begins with a heading in capitals and a colon.</summary>
    public static bool StartsInCapitals(ReadOnlySpan<char> text)
    {
        int end = text[..Math.Min(text.Length, Longest)].IndexOfAnyExcept(Capitals);
        return end > 3 && text[end] == ':' && Names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[..end].Trim());
    }
}
