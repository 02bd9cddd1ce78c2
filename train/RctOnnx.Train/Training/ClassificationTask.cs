using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>One label a text: cross-entropy over the model's logits.</summary>
internal sealed class ClassificationTask : ITrainingTask, IDisposable
{
    private readonly ClassifierModel _model;
    private readonly Device _device;
    private readonly ExampleSet _train;
    private readonly ExampleSet? _dev;
    private readonly int _padId;
    private readonly MetricName _watched;
    private readonly TaskLoss _loss;
    private FeatureCache? _trainFeatures, _devFeatures; // of a frozen encoder

    public ClassificationTask(TrainSettings settings, ClassifierModel model, Device device, ExampleSet train, ExampleSet? dev, int padId)
    {
        (_model, _device, _train, _dev, _padId, _watched) = (model, device, train, dev, padId, settings.BestMetric);
        (Lengths, Parameters) = (train.Tokens.Lengths(), model.Parameters());
        if (settings.Freeze.Count > 0) model.Freeze(FrozenParameters.Of(Parameters.Keys, settings.Freeze, model.Config.LayerCount));
        if (settings.LayerDecay != 1) RateFactor = name => LayerRates.FactorOf(name, settings.LayerDecay, model.Config.LayerCount);
        _loss = new TaskLoss(ProblemType.SingleLabel, model.LabelCount, new TaskLossOptions
        {
            LabelSmoothing = settings.LabelSmoothing,
            ClassWeights = settings.ClassWeights == ClassWeighting.Auto ? Balanced(train.Classes, model.LabelCount) : null,
        });
    }

    public IReadOnlyList<int> Lengths { get; }

    public string DataHash => _train.Hash;

    public bool HasDev => _dev is not null;

    public IReadOnlyDictionary<string, Parameter> Parameters { get; }

    public Func<string, double>? RateFactor { get; }

    public void StartTraining(IWorkProgress progress, CancellationToken token)
    {
        _model.train();
        if (!_model.IsEncoderFrozen) return;
        _trainFeatures = FeatureCache.Compute(_model, _device, _train.Tokens, _padId, progress, token);
        if (_dev is not null) _devFeatures = FeatureCache.Compute(_model, _device, _dev.Tokens, _padId, progress, token);
    }

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        TaskTargets targets = _train.Targets(rows);
        return new TrainingBatch(rows.Length, _loss.WeightOf(targets), () =>
            _loss.Sum(_trainFeatures is null ? BatchTensors.Of(TokenBatch.Of(_train.Tokens, rows, _padId), _device).Forward(_model) : _model.Logits(_trainFeatures.Of(rows)), targets));
    }

    public DevFigures Evaluate(CancellationToken token)
    {
        EvaluationResult result = Evaluator.Run(_model, _device, _dev!, _padId, null, token, _devFeatures);
        return new DevFigures(result.Loss, result[_watched], result.Metrics.Accuracy, result.Metrics.Macro.F1);
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => _model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => _model.LoadWeights(weights);

    public void Dispose()
    {
        _trainFeatures?.Dispose();
        _devFeatures?.Dispose();
    }

    private static float[] Balanced(IReadOnlyList<int> classes, int labelCount)
    {
        int[] counts = new int[labelCount];
        foreach (int index in classes) counts[index]++;
        return [.. counts.Select(count => (float)classes.Count / (labelCount * (float)count))];
    }
}
