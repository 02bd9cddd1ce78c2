using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>A quantized model and how it was found.</summary>
/// <param name="Artifact">The model, with probes.</param>
/// <param name="Method">The method of its scales.</param>
/// <param name="Errors">Mean squared difference of the logits from the fp32 model's, by method.</param>
/// <param name="Fp32Inputs">Points whose layers compute in fp32 because int8 hurt there.</param>
/// <param name="Agreement">Share of dev texts with the same label as the fp32 model, 0 to 1; 1 for regression.</param>
/// <param name="AccuracyBefore">Accuracy of the fp32 model on the labelled dev texts, 0 to 1.</param>
/// <param name="AccuracyAfter">Accuracy of the int8 model on them.</param>
public sealed record QuantizationResult(
    ModelArtifact Artifact, QuantizationMethod Method, IReadOnlyDictionary<QuantizationMethod, double> Errors,
    IReadOnlyList<string> Fp32Inputs, double Agreement, double? AccuracyBefore, double? AccuracyAfter);
