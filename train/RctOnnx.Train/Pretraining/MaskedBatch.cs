using RctOnnx.Train.Batching;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>A batch with hidden pieces.</summary>
/// <param name="Tokens">Its rows as the model sees them.</param>
/// <param name="Positions">Indexes of the pieces to name, in row-major order over the batch.</param>
/// <param name="Labels">What stood there.</param>
internal sealed record MaskedBatch(TokenBatch Tokens, long[] Positions, long[] Labels)
{
    /// <summary>Mean loss of a model over the batch, in nats; the tensors belong to the dispose scope of the caller.</summary>
    public Tensor Loss(MaskedLanguageModel model, Device device)
    {
        BatchTensors inputs = BatchTensors.Of(Tokens, device);
        return model.Loss(inputs.Ids, inputs.Mask, inputs.Types, tensor(Positions, device: device), tensor(Labels, device: device));
    }
}
