using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>A quantized model and how it was found.</summary>
/// <param name="Artifact">The model, with probes.</param>
/// <param name="Method">The method of its scales.</param>
/// <param name="Errors">Mean squared difference of the logits from the fp32 model's, by method.</param>
/// <param name="Fp32Inputs">Points whose layers compute in fp32 because int8 hurt there.</param>
/// <param name="Answers">How many answers were compared.</param>
/// <param name="Agreement">Share of them with the same label or text as the fp32 model's, 0 to 1; 1 for regression.</param>
/// <param name="Before">The figure of the fp32 model on the dev texts; null where none was asked for.</param>
/// <param name="After">That of the int8 model.</param>
public sealed record QuantizationResult(
    ModelArtifact Artifact, QuantizationMethod Method, IReadOnlyDictionary<QuantizationMethod, double> Errors,
    IReadOnlyList<string> Fp32Inputs, int Answers, double Agreement, double? Before, double? After);
