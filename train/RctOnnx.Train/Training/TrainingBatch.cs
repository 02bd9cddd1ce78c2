using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>A batch that is ready to run.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="Weight">What it counts in the mean loss of a step.</param>
/// <param name="LossSum">Runs the model: the loss summed over the batch, a scalar.</param>
internal sealed record TrainingBatch(int RowCount, double Weight, Func<Tensor> LossSum);
