using RctOnnx.Onnx;
using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Training;

/// <summary>What a finished run has to show.</summary>
internal sealed record TrainingOutcome
{
    /// <summary>The exported model, proof included.</summary>
    public required ModelArtifact Model { get; init; }

    /// <summary>Dev with the exported weights, or null without dev data.</summary>
    public required EvaluationResult? Dev { get; init; }

    /// <summary>What stands behind the figures of dev; null without dev data, and where rows have no one class.</summary>
    public required SetAnalysis? DevAnalysis { get; init; }

    /// <summary>Every test set.</summary>
    public required IReadOnlyList<TestFigures> Tests { get; init; }

    /// <summary>Steps of the run.</summary>
    public required IReadOnlyList<RunLogEntry> Log { get; init; }

    /// <summary>The runtime against TorchSharp on all test rows; null without tests.</summary>
    public required RuntimeAgreement? Runtime { get; init; }

    /// <summary>Step whose weights were exported.</summary>
    public required long ExportedStep { get; init; }

    /// <summary>Steps taken.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds in training steps, over all parts of the run.</summary>
    public required double TrainingSeconds { get; init; }

    /// <summary>Training rows passed in those seconds.</summary>
    public required double SentencesPerSecond { get; init; }

    /// <summary>Largest memory of this process so far, bytes.</summary>
    public required long PeakMemory { get; init; }
}
