namespace RctOnnx.Onnx;

/// <summary>Evidence that the file answers as the trained model did: TorchSharp against ONNX Runtime.</summary>
public sealed record Proof
{
    /// <summary>Largest absolute difference of any logit.</summary>
    public required double LargestDifference { get; init; }

    /// <summary>The largest difference that was allowed.</summary>
    public required double Tolerance { get; init; }

    /// <summary>Share of texts and pairs with the same label, 0 to 1.</summary>
    public required double LabelAgreement { get; init; }

    /// <summary>Number of texts compared.</summary>
    public required int TextCount { get; init; }

    /// <summary>Number of pairs compared; 0 where the model has one token type only, so that it cannot tell the texts of a pair apart.</summary>
    public int PairCount { get; init; }

    /// <summary>Shapes compared, as "batch x sequence".</summary>
    public required IReadOnlyList<string> Shapes { get; init; }

    /// <summary>Optimisation levels of ONNX Runtime that were tried.</summary>
    public required IReadOnlyList<string> OptimizationLevels { get; init; }

    /// <summary>Dialects that were compared.</summary>
    public required IReadOnlyList<string> Dialects { get; init; }

    /// <summary>Versions of the two runtimes.</summary>
    public required IReadOnlyDictionary<string, string> Versions { get; init; }
}
