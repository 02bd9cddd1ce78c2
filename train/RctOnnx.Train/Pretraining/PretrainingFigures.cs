namespace RctOnnx.Train.Pretraining;

/// <summary>How good a model is on the held-out texts.</summary>
/// <param name="MaskedLoss">Mean loss of a hidden piece, nats; of the generator where there is one.</param>
/// <param name="Detection">Replaced tokens, or null where the task is to name hidden pieces alone.</param>
internal sealed record PretrainingFigures(double MaskedLoss, DetectionFigures? Detection = null)
{
    /// <summary>Perplexity of a hidden piece.</summary>
    public double Perplexity => Math.Exp(MaskedLoss);
}
