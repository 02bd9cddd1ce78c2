using RctOnnx.CommandLine;
using RctOnnx.Train.Export;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Answers;

/// <summary>A task of questions with answers: its data, how it is learnt and how it is judged.</summary>
internal interface IAnswerTask : ITrainingTask
{
    /// <summary>The sets, for people.</summary>
    IEnumerable<string> Descriptions { get; }

    /// <summary>Training rows, as many as <see cref="ITrainingTask.Lengths"/>, and how many questions they come from.</summary>
    int QuestionCount { get; }

    /// <summary>When what is frozen at the start is trained; null where it stays as it is.</summary>
    UnfreezingPlan? Unfreezing { get; }

    /// <summary>Names of the test sets.</summary>
    IReadOnlyList<string> TestNames { get; }

    /// <summary>Figures on dev, which must be there.</summary>
    AnswerFigures MeasureDev(CancellationToken token);

    /// <summary>Figures on every test set.</summary>
    AnswerFigures[] MeasureTests(IWorkProgress progress, CancellationToken token);

    /// <summary>Questions of the test sets that the runtime answers as the model did when it was measured last.</summary>
    RuntimeAgreement AskRuntime(string modelPath, int threads, CancellationToken token);

    /// <summary>Rows of the task for the proof.</summary>
    ModelExportOptions Proof(int threads);
}
