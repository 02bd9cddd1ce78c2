using RctOnnx.Runtime;

namespace RctOnnx.Train.Export;

/// <summary>Sentences that every export is tried on: short and long, with numbers, signs, accents and scripts that the vocabulary may lack.</summary>
internal static class ProofTexts
{
    public static IReadOnlyList<string> BuiltIn { get; } =
    [
        "Pain after surgery is common and often treated too late.",
        "We asked whether a short course of exercise lowers blood pressure in adults over 60 years.",
        "Ninety-six patients were randomly assigned to the drug or to placebo for 12 weeks.",
        "Mean score fell from 7.4 to 3.1 in the treatment group (p < 0.001; 95 % CI 2.9-5.7).",
        "The treatment is safe and should be offered early.",
        "No difference.",
        "Adverse events: nausea (n = 14), headache (n = 9) and dizziness (n = 2); none led to withdrawal from the study.",
        "Der Einfluss von Kälte auf die Gefäße wurde in drei Kliniken geprüft, à la carte und ohne Kontrollgruppe.",
        "$5 + €3 = ?!",
        "血圧は下がった。",
        "a",
        "",
    ];

    /// <summary>Documents out of them: one of several sentences, a short one, and one of empty sentences.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> BuiltInDocuments { get; } = [[.. BuiltIn.Take(5)], [.. BuiltIn.Skip(5)], ["", "a", ""]];

    /// <summary>Each of them with the next one, so that pairs are long, short, and empty on either side.</summary>
    public static IReadOnlyList<TextPair> BuiltInPairs { get; } = [.. BuiltIn.Select((text, i) => new TextPair(text, BuiltIn[(i + 1) % BuiltIn.Count]))];
}
