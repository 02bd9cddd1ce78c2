using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Distillation;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>Labels or values of texts: the loss of the problem over the model's answers.</summary>
internal sealed class ClassificationTask : ITrainingTask, IDisposable
{
    private readonly ClassifierModel _model;
    private readonly Device _device;
    private readonly ExampleSet _train;
    private readonly ExampleSet? _dev;
    private readonly int _padId;
    private readonly MetricName _watched;
    private readonly ValueScale? _scale;
    private readonly int[]? _rows; // of the data, by row of an epoch, where rows are repeated
    private readonly TaskLoss _loss;
    private readonly TeacherAnswers? _teacher;
    private readonly HiddenTeacher? _hidden;
    private readonly int? _task; // index of the head, of a model of several
    private FeatureCache? _trainFeatures, _devFeatures; // of a frozen encoder

    public ClassificationTask(TrainSettings settings, ClassifierModel model, Device device, ExampleSet train, ExampleSet? dev, int padId, IReadOnlyList<string>? labels = null, TeacherAnswers? teacher = null, HiddenTeacher? hidden = null, int? task = null)
    {
        (_teacher, _hidden, _task) = (teacher, hidden, task);
        (_model, _device, _train, _dev, _padId, _watched) = (model, device, train, dev, padId, settings.Watched);
        _scale = train.Problem == ProblemType.Regression ? ValueScale.Of(train.Values) : null;
        _rows = settings.Oversample ? ClassBalance.Oversampled(train.Classes, train.LabelCount, settings.Seed) : null;
        IReadOnlyList<int> lengths = train.Tokens.Lengths();
        Lengths = _rows is null ? lengths : [.. _rows.Select(row => lengths[row])];
        TrainedParts parts = TrainedParts.Of(settings, model, device);
        (Parameters, Unfreezing, RateFactor) = (parts.Parameters, parts.Unfreezing, parts.RateFactor);
        if (hidden is not null) Parameters = Parameters.Concat(hidden.Parameters).ToDictionary();
        _loss = new TaskLoss(train.Problem, train.LabelCount, new TaskLossOptions
        {
            LabelSmoothing = settings.LabelSmoothing,
            FocalGamma = settings.FocalGamma,
            TeacherWeight = settings.TeacherWeight,
            TeacherTemperature = settings.TeacherTemperature,
            ClassWeights = ClassBalance.Weights(settings, train.Classes, labels ?? [.. Enumerable.Range(0, train.LabelCount).Select(i => $"class {i}")]),
        });
    }

    /// <summary>The texts of the data that is trained on, to name rows by; null where a row is no text, as windows over documents are not.</summary>
    public IEnumerable<TextRow>? Texts { get; init; }

    public IReadOnlyList<int> Lengths { get; }

    public string DataHash => _train.Hash;

    public bool HasDev => _dev is not null;

    public IReadOnlyDictionary<string, Parameter> Parameters { get; }

    public Func<string, double>? RateFactor { get; }

    public Func<string, long>? FirstStep => Unfreezing is null ? null : Unfreezing.FirstStepOf;

    /// <summary>When what is frozen at the start is trained; null where it stays as it is.</summary>
    public UnfreezingPlan? Unfreezing { get; }

    public IReadOnlyList<string> NamesOf(IReadOnlyList<int> rows)
    {
        int[] own = [.. rows.Select(row => _rows is null ? row : _rows[row])]; // of the data, where rows are repeated
        if (Texts is null) return [.. own.Select(row => $"row {row + 1} of whole documents")];
        HashSet<int> wanted = [.. own];
        Dictionary<int, string> places = [];
        try
        {
            foreach ((int index, TextRow text) in Texts.Index())
            {
                if (wanted.Contains(index)) places[index] = text.Place;
                if (places.Count == wanted.Count) break;
            }
        }
        catch (DataException)
        {
            // The file is another one by now: what went wrong with the rows matters more than where they stood.
        }
        return [.. own.Select(row => places.GetValueOrDefault(row, $"row {row + 1}"))];
    }

    public void StartTraining(CancellationToken token)
    {
        _model.train();
        if (!_model.IsEncoderFrozen || _train.Reads is not null || _train.IsTwoTexts) return; // features are kept by row, of which a document and two texts have several
        (_trainFeatures, _devFeatures) = ConsoleProgress.Run("Features of the frozen encoder", (long)_train.Tokens.RowCount + (_dev?.Tokens.RowCount ?? 0), "sentences", progress =>
            (FeatureCache.Compute(_model, _device, _train.Tokens, _padId, progress, token), _dev is null ? null : FeatureCache.Compute(_model, _device, _dev.Tokens, _padId, progress, token)));
    }

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        if (_rows is not null) rows = Array.ConvertAll(rows, row => _rows[row]);
        TaskTargets targets = _train.Targets(rows, _scale);
        return new TrainingBatch(rows.Length, _loss.WeightOf(targets), () => _hidden is not null ? WithHidden(_hidden, rows, targets) :
            _loss.Sum(_trainFeatures is null ? BatchTensors.Of(_train.Batch(rows, _padId), _device).Forward(_model, _task) : _model.Logits(_trainFeatures.Of(rows), _task), targets, _teacher?.Logits([.. _train.AnswersOf(rows)], _device)));
    }

    public DevFigures Evaluate(CancellationToken token)
    {
        EvaluationResult result = Evaluator.Run(_model, _device, _dev!, _padId, null, token, _devFeatures, _scale, task: _task);
        // Rare labels may never reach one half while the order of their scores is good: a model is judged by the thresholds that it would get.
        result = result.With(_dev!, TaskFigures.BestThresholds(_dev!, result.Logits));
        bool hasValues = result.Figures.Values is not null;
        MetricName[] others = hasValues ? [MetricName.Pearson, MetricName.Spearman, _watched] : [_watched];
        return new DevFigures(result.Loss, result[_watched], hasValues ? null : result[MetricName.Accuracy], hasValues ? null : result[MetricName.MacroF1],
            DevFigures.ByName(others.Except([MetricName.Accuracy, MetricName.MacroF1, MetricName.Loss]).Select(name => KeyValuePair.Create(name, result[name]))));
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() =>
        _hidden is null ? _model.ReadWeights() : new Dictionary<string, TensorData>(_model.ReadWeights().Concat(_hidden.ReadWeights()));

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights)
    {
        _hidden?.LoadWeights(weights);
        _model.LoadWeights(_hidden is null ? weights : weights.Where(pair => !HiddenTeacher.Holds(pair.Key)).ToDictionary());
    }

    public void Dispose()
    {
        _trainFeatures?.Dispose();
        _devFeatures?.Dispose();
    }

    // One pass for both: the states of all tokens, and the logits out of the last ones.
    private Tensor WithHidden(HiddenTeacher hidden, int[] rows, TaskTargets targets)
    {
        BatchTensors batch = BatchTensors.Of(_train.Batch(rows, _padId), _device);
        IReadOnlyList<Tensor> states = _model.HiddenStates(batch.Ids, batch.Mask, batch.Types);
        return _loss.Sum(_model.LogitsOfStates(states, batch.Mask), targets, _teacher?.Logits(rows, _device)) + hidden.Sum(states, batch, _loss.RowWeights(targets));
    }
}
