using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Export;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Answers;

/// <summary>What all tasks of questions share: sets of one kind, and a model that is trained on one of them and measured on the others.</summary>
/// <typeparam name="TSet">A set of questions.</typeparam>
internal abstract class AnswerTask<TSet> : IAnswerTask
    where TSet : class, IAnswerSet
{
    /// <summary>Rows of the task that a proof tries at most.</summary>
    protected const int ProofRows = 50;

    private readonly TrainedParts _parts;
    private readonly TSet? _dev;

    protected AnswerTask(TrainSettings settings, ClassifierModel model, Device device, int padId, TSet train, TSet? dev, IReadOnlyList<TSet> tests)
    {
        (Settings, Model, Device, PadId, Train, _dev, Tests) = (settings, model, device, padId, train, dev, tests);
        _parts = TrainedParts.Of(settings, model, device);
    }

    public IEnumerable<string> Descriptions => Sets.Select(set => set.Description);

    public int QuestionCount => Train.Count;

    public abstract IReadOnlyList<int> Lengths { get; }

    public string DataHash => Train.Hash;

    public IReadOnlyList<string> TestNames => [.. Tests.Select(test => test.Name)];

    public bool HasDev => _dev is not null;

    public UnfreezingPlan? Unfreezing => _parts.Unfreezing;

    public IReadOnlyDictionary<string, Parameter> Parameters => _parts.Parameters;

    public Func<string, double>? RateFactor => _parts.RateFactor;

    public Func<string, long>? FirstStep => Unfreezing is null ? null : Unfreezing.FirstStepOf;

    /// <summary>All sets: training, dev if there is one, tests.</summary>
    protected IEnumerable<TSet> Sets => [Train, .. _dev is null ? Array.Empty<TSet>() : [_dev], .. Tests];

    /// <summary>Sets whose texts are kept.</summary>
    protected IEnumerable<TSet> KeptSets => Sets.Skip(1);

    protected TrainSettings Settings { get; }

    protected ClassifierModel Model { get; }

    protected Device Device { get; }

    protected int PadId { get; }

    protected TSet Train { get; }

    protected IReadOnlyList<TSet> Tests { get; }

    public void StartTraining(CancellationToken token) => Model.train();

    public abstract TrainingBatch Prepare(int[] rows, int epoch);

    public DevFigures Evaluate(CancellationToken token)
    {
        AnswerFigures figures = MeasureDev(token);
        return new DevFigures(figures.Loss, figures[Settings.Watched], figures.Values.TryGetValue(MetricName.Accuracy, out double accuracy) ? accuracy : null,
            Others: DevFigures.ByName(figures.Values.Where(pair => pair.Key != MetricName.Accuracy)));
    }

    public AnswerFigures MeasureDev(CancellationToken token) => Untrained(() => Measure(_dev!, null, token));

    public AnswerFigures[] MeasureTests(IWorkProgress progress, CancellationToken token) => Untrained(() => Tests.Select(test => Measure(test, progress, token)).ToArray());

    public abstract RuntimeAgreement AskRuntime(string modelPath, int threads, CancellationToken token);

    public abstract ModelExportOptions Proof(int threads);

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => Model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => Model.LoadWeights(weights);

    /// <summary>Figures of a set; the model is in evaluation mode, without gradients.</summary>
    protected abstract AnswerFigures Measure(TSet set, IWorkProgress? progress, CancellationToken token);

    /// <summary>Batches of an evaluation.</summary>
    protected static int[][] Batches(IReadOnlyList<int> lengths) => Batching.BatchPlan.ForEvaluation(lengths, Evaluator.TokensPerBatch);

    private T Untrained<T>(Func<T> work)
    {
        bool wasTraining = Model.training;
        Model.eval();
        try
        {
            using IDisposable noGradient = no_grad();
            return work();
        }
        finally
        {
            Model.train(wasTraining);
        }
    }
}
