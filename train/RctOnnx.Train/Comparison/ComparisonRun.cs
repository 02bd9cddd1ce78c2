using RctOnnx.Onnx;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Comparison;

/// <summary>
/// Runs the trainings of a plan one after the other. What is finished is kept, so that a comparison that was stopped goes on where it
/// was, in the middle of a training too.
/// </summary>
internal static class ComparisonRun
{
    /// <summary>The results in the order of the plan, the bag of words last.</summary>
    /// <param name="plan">What is compared.</param>
    /// <param name="output">Folder of the comparison.</param>
    /// <param name="say">Takes lines for people.</param>
    /// <param name="token">Stops; what is done is kept.</param>
    /// <exception cref="SettingsException">The settings of a run cannot be used.</exception>
    /// <exception cref="DataException">Data is missing or broken.</exception>
    public static IReadOnlyList<RunResult> Execute(ComparisonPlan plan, string output, Action<string> say, CancellationToken token)
    {
        IReadOnlyList<PlannedRun> runs = plan.Runs(output);
        List<RunResult> results = [];
        for (int i = 0; i < runs.Count; i++)
        {
            token.ThrowIfCancellationRequested();
            results.Add(Once(runs[i], $"run {i + 1} of {runs.Count}", say, token));
        }
        if (plan.BagOfWords)
            foreach (PlannedRun first in runs.Where(run => run.HasClasses).DistinctBy(run => run.Settings.IsSplit ? run.Part : "")) // the seed draws nothing but the split
                results.Add(BagOfWordsRun.Execute(first, output, say, token));
        return results;
    }

    /// <summary>The kept result of a run, or that of its training, which is then kept.</summary>
    /// <param name="run">What to train.</param>
    /// <param name="place">Its number, for people.</param>
    /// <param name="say">Takes lines for people.</param>
    /// <param name="token">Stops; the training can go on.</param>
    public static RunResult Once(PlannedRun run, string place, Action<string> say, CancellationToken token)
    {
        string key = run.Key(), shown = $"{place}: {run.Name}, {run.Part}";
        if (RunResult.Read(run.ResultFile, key) is { } kept)
        {
            say($"Kept, {shown}.");
            return kept;
        }
        say($"Now {shown}.");
        RunResult result = Train(run, key, say, token);
        result.Write(run.ResultFile);
        return result;
    }

    private static RunResult Train(PlannedRun run, string key, Action<string> say, CancellationToken token)
    {
        PeakMemory.Reset();
        RunResult result = new() { Name = run.Name, Part = run.Part, Key = key, Problem = run.Settings.Problem };
        RunFolder folder = new(run.Settings.Output);
        bool resume = Directory.Exists(folder.Last);
        string start = run.StartKey();
        if (resume && (!File.Exists(run.StartFile) || File.ReadAllText(run.StartFile) != start))
            throw new SettingsException($"The training in '{folder.Path}' began with other settings, another base or other data. Remove that folder, or name another --output.");
        AtomicFile.WriteText(run.StartFile, start);
        TrainingOutcome outcome;
        try
        {
            outcome = TrainingRun.Execute(run.Settings, resume, say, token);
        }
        catch (GateException e)
        {
            say(e.Message);
            return result with { Failure = e.Message };
        }
        Dictionary<string, RunFigures> sets = [];
        if (outcome.Dev is { } dev) sets.Add(ComparisonTable.Dev, Figures(dev));
        foreach (TestFigures test in outcome.Tests) sets.Add(test.Name, Figures(test.Trained));
        long memory = PeakMemory.Read();
        return result with
        {
            Sets = sets,
            Watched = outcome.Dev?[run.Settings.Watched],
            Curve = [.. outcome.Log.Where(entry => entry.Accuracy is not null).Select(entry => new CoursePoint(entry.Epoch, entry.Accuracy!.Value))],
            TrainingSeconds = outcome.TrainingSeconds,
            PeakMemory = memory,
            ModelBytes = new FileInfo(folder.Model).Length,
            SentencesPerSecond = RuntimeRate.Measure(folder.Model, RuntimeRate.Texts(TaskData.Open(run.Settings)), token),
        };

        RunFigures Figures(EvaluationResult answers) => RunFigures.Of(answers.Figures, answers.Loss, outcome.Model.ProblemType, outcome.Model.Labels);
    }
}
