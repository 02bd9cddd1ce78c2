using System.Globalization;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Verify;

/// <summary>How a model answers on a provider beside its answers on the CPU.</summary>
internal sealed record VerifySummary
{
    public required string Model { get; init; }

    public required ExecutionProvider Provider { get; init; }

    public required GraphDialect Dialect { get; init; }

    /// <summary>How many nodes were computed where in the trial run, by ONNX Runtime's names.</summary>
    public required IReadOnlyDictionary<string, int> Nodes { get; init; }

    public required GraphDialect ReferenceDialect { get; init; }

    public required long Count { get; init; }

    /// <summary>|difference| / max(1, |logit on the CPU|), the largest of all logits.</summary>
    public required double LargestDifference { get; init; }

    public required double MeanDifference { get; init; }

    /// <summary>What the largest may be; null where nothing was said and the file is int8.</summary>
    public required double? Allowed { get; init; }

    /// <summary>Share of texts with the same label; null for regression.</summary>
    public required double? LabelAgreement { get; init; }

    public required double SentencesPerSecond { get; init; }

    public required double ReferenceSentencesPerSecond { get; init; }

    public bool Passed => Allowed is not { } allowed || LargestDifference <= allowed;

    /// <summary>For people.</summary>
    public void WriteTable(TextWriter output)
    {
        Row("model", Model);
        Row("provider", $"{Provider}, {Dialect}");
        Row("nodes", Nodes.Count == 0 ? "not traced" : string.Join(", ", Nodes.Select(pair => $"{pair.Value} on {pair.Key}")));
        Row("compared", string.Create(CultureInfo.InvariantCulture, $"{Count:N0} texts with the CPU, {ReferenceDialect}"));
        string limit = Allowed is { } allowed ? string.Create(CultureInfo.InvariantCulture, $"allowed {allowed:G3}") : "no limit: int8 on one side";
        Row("logits", string.Create(CultureInfo.InvariantCulture, $"largest difference {LargestDifference:G3} ({limit}), mean {MeanDifference:G3}"));
        if (LabelAgreement is { } agreement) Row("labels", string.Create(CultureInfo.InvariantCulture, $"{agreement:P2} the same"));
        Row("sentences/s", string.Create(CultureInfo.InvariantCulture, $"{SentencesPerSecond:N0}, on the CPU {ReferenceSentencesPerSecond:N0}"));

        void Row(string name, string value) => output.WriteLine($"{name,-12} {value}");
    }
}
