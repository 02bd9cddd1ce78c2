using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using TorchSharp.Modules;

namespace RctOnnx.Train.Training;

/// <summary>What the loop trains: rows, their loss, and how good the model is. Implementations own model and device.</summary>
internal interface ITrainingTask
{
    /// <summary>Tokens of every training row.</summary>
    IReadOnlyList<int> Lengths { get; }

    /// <summary>SHA-256 over the training rows.</summary>
    string DataHash { get; }

    /// <summary>Whether <see cref="Evaluate"/> has data.</summary>
    bool HasDev { get; }

    /// <summary>Parameters by canonical name.</summary>
    IReadOnlyDictionary<string, Parameter> Parameters { get; }

    /// <summary>Factor of the learning rate of a parameter by its name; null is 1 for all.</summary>
    Func<string, double>? RateFactor => null;

    /// <summary>Steps that pass before a parameter is trained, by its name; null trains all from the start.</summary>
    Func<string, long>? FirstStep => null;

    /// <summary>Batches of an epoch.</summary>
    /// <param name="batchSize">Rows of a batch.</param>
    int BatchCount(int batchSize) => (Lengths.Count + batchSize - 1) / batchSize;

    /// <summary>The batches of an epoch, as many as <see cref="BatchCount"/> says: a function of its arguments alone.</summary>
    /// <param name="batchSize">Rows of a batch.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="epoch">Zero-based.</param>
    int[][] Plan(int batchSize, long seed, int epoch) => BatchPlan.ForEpoch(Lengths, batchSize, seed, epoch);

    /// <summary>Switches dropout and the precision of training on, and computes what is needed once, before the eyes of people.</summary>
    void StartTraining(CancellationToken token);

    /// <summary>A batch; the same rows in the same epoch give the same batch.</summary>
    TrainingBatch Prepare(int[] rows, int epoch);

    /// <summary>What people call rows, so that they find them: by file and line where the task knows them, else by number, from 1. May read the data again.</summary>
    IReadOnlyList<string> NamesOf(IReadOnlyList<int> rows) => [.. rows.Select(row => $"row {row + 1}")];

    /// <summary>Figures on dev.</summary>
    DevFigures Evaluate(CancellationToken token);

    /// <summary>All weights in fp32.</summary>
    IReadOnlyDictionary<string, TensorData> ReadWeights();

    /// <summary>Replaces all weights.</summary>
    void LoadWeights(IReadOnlyDictionary<string, TensorData> weights);
}
