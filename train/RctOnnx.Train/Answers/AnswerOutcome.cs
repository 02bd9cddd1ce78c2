using RctOnnx.Onnx;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Answers;

/// <summary>What a finished run of a task of questions has to show.</summary>
internal sealed record AnswerOutcome
{
    /// <summary>The exported model, proof included.</summary>
    public required ModelArtifact Model { get; init; }

    /// <summary>Dev with the exported weights, or null without dev data.</summary>
    public required AnswerFigures? Dev { get; init; }

    /// <summary>Every test set before and after training.</summary>
    public required IReadOnlyList<(string Name, AnswerFigures Untrained, AnswerFigures Trained)> Tests { get; init; }

    /// <summary>The runtime against TorchSharp on all test questions; null without tests.</summary>
    public required RuntimeAgreement? Runtime { get; init; }

    /// <summary>Step whose weights were exported.</summary>
    public required long ExportedStep { get; init; }

    /// <summary>Steps taken.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds in training steps, over all parts of the run.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Training rows passed in those seconds.</summary>
    public required double RowsPerSecond { get; init; }
}
