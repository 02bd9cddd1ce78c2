namespace RctOnnx.Runtime.Quantization;

/// <summary>An open model of any kind, asked in the form of <see cref="QuantizationOptions.Calibration"/>.</summary>
internal interface IAnsweringModel : IDisposable
{
    /// <summary>Its answers, in the order of the texts.</summary>
    DevAnswers Answer(IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token);
}
