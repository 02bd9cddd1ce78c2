using RctOnnx.CommandLine;
using RctOnnx.Onnx;
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

    /// <summary>Switches dropout and the precision of training on, and computes what is needed once.</summary>
    void StartTraining(IWorkProgress progress, CancellationToken token);

    /// <summary>A batch; the same rows in the same epoch give the same batch.</summary>
    TrainingBatch Prepare(int[] rows, int epoch);

    /// <summary>Figures on dev.</summary>
    DevFigures Evaluate(CancellationToken token);

    /// <summary>All weights in fp32.</summary>
    IReadOnlyDictionary<string, TensorData> ReadWeights();

    /// <summary>Replaces all weights.</summary>
    void LoadWeights(IReadOnlyDictionary<string, TensorData> weights);
}
