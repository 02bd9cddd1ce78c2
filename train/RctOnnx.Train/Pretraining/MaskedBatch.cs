using RctOnnx.Train.Batching;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>A batch with hidden pieces.</summary>
/// <param name="Tokens">Its rows as the model sees them.</param>
/// <param name="Positions">Indexes of the pieces to name, in row-major order over the batch.</param>
/// <param name="Labels">What stood there.</param>
internal sealed record MaskedBatch(TokenBatch Tokens, long[] Positions, long[] Labels)
{
    /// <summary>The loss of a model summed over the asked places, in nats; the tensors belong to the dispose scope of the caller.</summary>
    public Tensor LossSum(MaskedLanguageModel model, Device device)
    {
        BatchTensors inputs = BatchTensors.Of(Tokens, device);
        return model.LossSum(inputs.Ids, inputs.Mask, inputs.Types, tensor(Positions, device: device), tensor(Labels, device: device));
    }
}
