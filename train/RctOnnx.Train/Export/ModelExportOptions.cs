using RctOnnx.Runtime;

namespace RctOnnx.Train.Export;

/// <summary>How an export is proven. Immutable.</summary>
public sealed record ModelExportOptions
{
    /// <summary>Texts of the task to try beside the built-in ones.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Pairs of the task to try beside the built-in ones.</summary>
    public IReadOnlyList<TextPair> Pairs { get; init; } = [];

    /// <summary>Documents of the task to try beside the built-in ones; for document models.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Documents { get; init; } = [];

    /// <summary>Threads of ONNX Runtime.</summary>
    public int Threads { get; init; } = 1;
}
