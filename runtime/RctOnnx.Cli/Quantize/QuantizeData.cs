using RctOnnx.Runtime.Quantization;

namespace RctOnnx.Cli.Quantize;

/// <summary>What a model is calibrated on and judged by.</summary>
/// <param name="Calibration">As <see cref="QuantizationOptions.Calibration"/>.</param>
/// <param name="Dev">The same of the dev rows; null without.</param>
/// <param name="Figure">What the dev rows are judged by; null without.</param>
internal sealed record QuantizeData(IReadOnlyList<IReadOnlyList<string>> Calibration, IReadOnlyList<IReadOnlyList<string>>? Dev, DevFigure? Figure);
