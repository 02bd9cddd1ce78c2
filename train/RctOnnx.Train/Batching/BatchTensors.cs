using RctOnnx.Train.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Batching;

/// <summary>A batch on the device; its tensors belong to the dispose scope in which it was made.</summary>
/// <param name="Ids">int64 [B, S].</param>
/// <param name="Mask">int64 [B, S], or null when no row is padded.</param>
/// <param name="Types">int64 [B, S], or null when all are zero.</param>
/// <param name="Reads">int64 [answers]: places in B × S, or null when a row has one answer.</param>
/// <param name="Second">The second texts of pairs that two encoders read, or null.</param>
internal sealed record BatchTensors(Tensor Ids, Tensor? Mask, Tensor? Types, Tensor? Reads, BatchTensors? Second = null)
{
    /// <summary>Moves a batch to the device.</summary>
    public static BatchTensors Of(TokenBatch batch, Device device)
    {
        return new BatchTensors(Move(batch.Ids)!, Move(batch.Mask), Move(batch.Types), batch.Reads is null ? null : tensor(batch.Reads, device: device), batch.Second is null ? null : Of(batch.Second, device));

        Tensor? Move(long[]? values) => values is null ? null : tensor(values, [batch.RowCount, batch.Width], device: device);
    }

    /// <summary>The model's logits, [answers, labels].</summary>
    /// <param name="model">The model.</param>
    /// <param name="task">Index of the task that is asked; null for all.</param>
    public Tensor Forward(ClassifierModel model, int? task = null) => Second is null ? model.Logits(model.Encoded(Ids, Mask, Types, Reads), task) : model.PairLogits(this, Second);
}
