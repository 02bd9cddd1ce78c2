using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>One label a text: cross-entropy over the model's logits.</summary>
internal sealed class ClassificationTask : ITrainingTask
{
    private readonly ClassifierModel _model;
    private readonly Device _device;
    private readonly ExampleSet _train;
    private readonly ExampleSet? _dev;
    private readonly int _padId;
    private readonly MetricName _watched;
    private readonly TaskLoss _loss;

    public ClassificationTask(TrainSettings settings, ClassifierModel model, Device device, ExampleSet train, ExampleSet? dev, int padId)
    {
        (_model, _device, _train, _dev, _padId, _watched) = (model, device, train, dev, padId, settings.BestMetric);
        (Lengths, Parameters) = (train.Tokens.Lengths(), model.Parameters());
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

    public void StartTraining() => _model.train();

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        TaskTargets targets = _train.Targets(rows);
        return new TrainingBatch(rows.Length, _loss.WeightOf(targets), () =>
            _loss.Sum(BatchTensors.Of(TokenBatch.Of(_train.Tokens, rows, _padId), _device).Forward(_model), targets));
    }

    public DevFigures Evaluate(CancellationToken token)
    {
        EvaluationResult result = Evaluator.Run(_model, _device, _dev!, _padId, null, token);
        return new DevFigures(result.Loss, result[_watched], result.Metrics.Accuracy, result.Metrics.Macro.F1);
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => _model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => _model.LoadWeights(weights);

    private static float[] Balanced(IReadOnlyList<int> classes, int labelCount)
    {
        int[] counts = new int[labelCount];
        foreach (int index in classes) counts[index]++;
        return [.. counts.Select(count => (float)classes.Count / (labelCount * (float)count))];
    }
}
