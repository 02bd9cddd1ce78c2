using RctOnnx.Onnx;
using RctOnnx.Train.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>A task of one number whose figures on dev are written down beforehand.</summary>
internal sealed class ScriptedTask(IReadOnlyList<double> dev, double lossFactor = 1, Exception? fault = null, Func<int, double>? lossOf = null, int ruinedAfter = int.MaxValue) : ITrainingTask
{
    private readonly Parameter _weight = new(ones(1));
    private int _evaluations;

    public IReadOnlyList<int> Lengths { get; } = [.. Enumerable.Repeat(3, 10)];

    public string DataHash => "rows";

    public bool HasDev => dev.Count > 0;

    public IReadOnlyDictionary<string, Parameter> Parameters => new Dictionary<string, Parameter> { ["weight"] = _weight };

    /// <summary>Weights at each evaluation.</summary>
    public List<float> AtEvaluation { get; } = [];

    /// <summary>Rows of each batch, in their order.</summary>
    public List<int[]> Batches { get; } = [];

    public void StartTraining(CancellationToken token)
    {
    }

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        double factor = lossOf?.Invoke(Batches.Count) ?? lossFactor;
        Batches.Add(rows);
        return new(rows.Length, rows.Length, () => fault is null ? _weight.sum() * (rows.Length * factor) : throw fault);
    }

    public DevFigures Evaluate(CancellationToken token)
    {
        AtEvaluation.Add(_weight.item<float>());
        double value = dev[_evaluations++];
        return new DevFigures(value, value);
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => new Dictionary<string, TensorData> { ["weight"] = TensorData.FromFloats([Batches.Count >= ruinedAfter ? float.NaN : _weight.item<float>()], 1) };

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights)
    {
        using IDisposable noGradient = no_grad();
        _weight.fill_(weights["weight"].ToFloats()[0]);
    }
}
