namespace RctOnnx.Runtime.Quantization;

/// <summary>How far a search for an int8 model is.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Texts">Texts (of a document model sentences) read since the last report; every step reads them once, the calibration twice.</param>
/// <param name="Share">How much is done, 0 to 1, by cost; it falls where layers have to go back to fp32, which nobody knows before.</param>
public readonly record struct QuantizationProgress(string Step, int Texts, double Share);
