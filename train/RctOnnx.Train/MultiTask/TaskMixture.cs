using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.MultiTask;

/// <summary>
/// Several tasks over one encoder: batches of one task each. The loss of a batch is the mean of its rows times the weight of its task. The heads of
/// the other tasks get gradients of zero and not none: for Adam a step is a sample of the sum of all tasks, as it is for the encoder.
/// </summary>
/// <param name="model">With a head a task.</param>
/// <param name="tasks">Name, task and weight, in the order of the heads.</param>
/// <param name="batches">Which batches come when.</param>
/// <param name="lowerIsBetter">Whether what is watched is a loss.</param>
/// <param name="dataHash">Over the training rows of all tasks.</param>
internal sealed class TaskMixture(ClassifierModel model, IReadOnlyList<(string Name, ClassificationTask Task, double Weight)> tasks, TaskBatches batches, bool lowerIsBetter, string dataHash) : ITrainingTask
{
    private readonly int[] _starts = [.. tasks.Select((_, i) => tasks.Take(i).Sum(one => one.Task.Lengths.Count))];

    public IReadOnlyList<int> Lengths { get; } = [.. tasks.SelectMany(one => one.Task.Lengths)];

    public string DataHash => dataHash;

    public bool HasDev => tasks.Any(one => one.Task.HasDev);

    public IReadOnlyDictionary<string, Parameter> Parameters => tasks[0].Task.Parameters;

    public Func<string, double>? RateFactor => tasks[0].Task.RateFactor;

    public Func<string, long>? FirstStep => tasks[0].Task.FirstStep;

    public int BatchCount(int batchSize) => batches.Counts(batchSize).Sum();

    public int[][] Plan(int batchSize, long seed, int epoch) =>
        [.. batches.ForEpoch(batchSize, seed, epoch).Select(batch => Array.ConvertAll(batch.Rows, row => _starts[batch.Task] + row))];

    public void StartTraining(CancellationToken token)
    {
        foreach ((_, ClassificationTask task, _) in tasks) task.StartTraining(token);
    }

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        int index = TaskOf(rows[0]);
        (_, ClassificationTask task, double weight) = tasks[index];
        TrainingBatch own = task.Prepare(Array.ConvertAll(rows, row => row - _starts[index]), epoch);
        return new TrainingBatch(own.RowCount, own.RowCount, () =>
        {
            Tensor loss = own.LossSum().Times(weight * own.RowCount / own.Weight);
            foreach (Parameter other in model.OtherHeads(index).Where(one => one.requires_grad)) loss = loss.Plus(other.sum().Times(0));
            return loss;
        });
    }

    public IReadOnlyList<string> NamesOf(IReadOnlyList<int> rows) => [.. rows.GroupBy(TaskOf).SelectMany(own => // accumulated batches are of several tasks
        tasks[own.Key].Task.NamesOf([.. own.Select(row => row - _starts[own.Key])]).Select(name => $"{tasks[own.Key].Name}: {name}"))];

    public DevFigures Evaluate(CancellationToken token)
    {
        (string Name, DevFigures Figures)[] all = [.. tasks.Where(one => one.Task.HasDev).Select(one => (one.Name, one.Task.Evaluate(token)))];
        // A correlation or kappa that is not defined, as of answers that are all the same, counts as none. A loss is always watched of all tasks or of none.
        return new DevFigures(all.Average(one => one.Figures.Loss), all.Average(one => lowerIsBetter || double.IsFinite(one.Figures.Watched) ? one.Figures.Watched : 0),
            Others: all.Where(one => double.IsFinite(one.Figures.Watched)).ToDictionary(one => one.Name, one => one.Figures.Watched));
    }

    private int TaskOf(int row) => Array.FindLastIndex(_starts, start => start <= row);

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => model.LoadWeights(weights);
}
