using System.Globalization;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.MultiTask;

/// <summary>What a task of a run over several is trained on and judged by.</summary>
internal sealed class TaskMaterial : IDisposable
{
    private readonly TokenStore _tokens;

    private TaskMaterial(PlannedTask task, TokenStore tokens) => (Task, _tokens) = (task, tokens);

    /// <summary>Name, settings and weight.</summary>
    public PlannedTask Task { get; }

    /// <summary>Its settings.</summary>
    public TrainSettings Settings => Task.Settings;

    /// <summary>Its rows as they are in the files.</summary>
    public required TaskData Data { get; init; }

    /// <summary>Its labels.</summary>
    public required LabelSet Labels { get; init; }

    /// <summary>The base with the head of this task.</summary>
    public required TrainingBase Start { get; init; }

    /// <summary>Rows to train on.</summary>
    public required ExampleSet Train { get; init; }

    /// <summary>Rows to choose by, or null.</summary>
    public required ExampleSet? Dev { get; init; }

    /// <summary>Rows for the final figures.</summary>
    public required IReadOnlyList<ExampleSet> Tests { get; init; }

    /// <summary>In which unit a regression is learnt; null for other problems.</summary>
    public required ValueScale? Scale { get; init; }

    /// <summary>Reads the files of a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="tokensPath">Where tokens go that have no room in memory.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops it.</param>
    public static TaskMaterial Read(PlannedTask task, string tokensPath, Action<string> say, CancellationToken token)
    {
        TrainSettings settings = task.Settings;
        TaskData data = TaskData.Open(settings);
        LabelSet labels = TaskLabels.Of(settings, data.Train);
        TrainingBase start = TrainingBase.Load(settings, labels.Names, task.Name);
        ExampleReader reader = new(WordPieceTokenizer.Create(start.Artifact.Vocabulary, start.Artifact.Tokenizer), labels, settings.MaxLength, settings.Problem);
        TokenStore tokens = new(tokensPath);
        try
        {
            ExampleSet train = Set("train", data.Train, keepTexts: false, tokens);
            return new TaskMaterial(task, tokens)
            {
                Data = data,
                Labels = labels,
                Start = start,
                Train = train,
                Dev = data.Dev is { } dev ? Set("dev", dev, keepTexts: true) : null,
                Tests = [.. data.Tests.Select(test => Set(test.Key, test.Value, keepTexts: true))],
                Scale = settings.Problem == ProblemType.Regression ? ValueScale.Of(train.Values) : null,
            };
        }
        catch
        {
            tokens.Dispose();
            throw;
        }

        ExampleSet Set(string name, IEnumerable<TextRow> rows, bool keepTexts, TokenStore? store = null)
        {
            token.ThrowIfCancellationRequested();
            ExampleSet set = reader.Read(name, rows, keepTexts, store);
            say(string.Create(CultureInfo.InvariantCulture, $"{task.Name}, {name}: {set.AnswerCount:N0} rows, {set.Tokens.TokenCount:N0} tokens, {(double)set.TruncatedCount / set.AnswerCount:P1} cut at {settings.MaxLength} tokens."));
            return set;
        }
    }

    /// <summary>Temperature and thresholds that do best on dev; those of an untuned model where there is none.</summary>
    /// <param name="dev">The answers to <see cref="Dev"/>.</param>
    public Calibration CalibrationOf(EvaluationResult? dev) => dev is null ? new Calibration() : new Calibration
    {
        Temperature = Settings.Calibrate ? TemperatureScaling.Fit(dev.Logits, Dev!.Classes, Labels.Names.Count) : 1,
        Thresholds = TaskFigures.BestThresholds(Dev!, dev.Logits),
    };

    public void Dispose() => _tokens.Dispose();
}
