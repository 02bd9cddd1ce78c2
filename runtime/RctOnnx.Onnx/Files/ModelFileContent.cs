namespace RctOnnx.Onnx;

/// <summary>A model file that passed every check.</summary>
public sealed record ModelFileContent
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>The model; null for a foreign file.</summary>
    public required ModelArtifact? Artifact { get; init; }

    /// <summary>True for a file that this product did not write.</summary>
    public bool IsForeign => Artifact is null;

    /// <summary>Inputs and outputs.</summary>
    public required GraphSignature Signature { get; init; }

    /// <summary>Version of the contract; 0 for a foreign file.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>SHA-256 in hexadecimal: of our files the checked one, of foreign ones that of graph, weights and metadata.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Bytes of the file and of the external data, if any.</summary>
    public required long FileSize { get; init; }

    /// <summary>The file that holds the weights beside the model, or null.</summary>
    public required string? ExternalDataPath { get; init; }

    /// <summary>Operator set of the standard domain.</summary>
    public required long Opset { get; init; }
}
