namespace RctOnnx.Onnx;

/// <summary>A model file that passed every check.</summary>
public sealed record ModelFileContent
{
    /// <summary>Where it lies.</summary>
    public required string Path { get; init; }

    /// <summary>The model without its weights; null for a foreign file.</summary>
    public required ModelDescription? Description { get; init; }

    /// <summary>The model; null for a foreign file and for a compiled one, which has no weights by name.</summary>
    public ModelArtifact? Artifact => Description as ModelArtifact;

    /// <summary>What is known of the graph of a compiled file; null for any other.</summary>
    public required CompiledGraph? Compiled { get; init; }

    /// <summary>True for a file that this product did not write.</summary>
    public bool IsForeign => Description is null;

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

    /// <summary>The model with its weights by name, for those who change or read them.</summary>
    /// <exception cref="ModelFileException">The file is foreign or compiled.</exception>
    public ModelArtifact RequireArtifact() => Artifact ?? throw new ModelFileException(Compiled is null
        ? $"'{Path}' was exported by another program, so that its weights have names of their own. Name the checkpoint folder that it was exported from (rctonnx-train export makes a model file of it)."
        : $"'{Path}' is compiled for {Compiled.Dialect}: its weights are folded into that graph and cannot be trained, quantized or compiled again. Use the file that it was compiled from (SHA-256 {Compiled.SourceSha256}).");
}
