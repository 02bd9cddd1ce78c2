using RctOnnx.Train.Schedules;

namespace RctOnnx.Train.Settings;

/// <summary>What the training loop needs to know. Immutable.</summary>
public sealed record LoopSettings
{
    /// <summary>Passes over the rows.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps in place of epochs, or null.</summary>
    public int? Steps { get; init; }

    /// <summary>Minutes of training in place of epochs and steps, or null. The learning rate then goes by the time, so that the run ends in time on any machine; it is not repeated bit by bit.</summary>
    public double? Minutes { get; init; }

    /// <summary>Rows of a batch.</summary>
    public required int Batch { get; init; }

    /// <summary>Batches of a step.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Update rule.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Highest learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Course after warm-up.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Linear;

    /// <summary>Steps of warm-up; null goes by <see cref="WarmupShare"/>.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Share of the run that is warm-up, where its steps are not given.</summary>
    public double WarmupShare { get; init; } = 0.1;

    /// <summary>Weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest gradient norm, or null.</summary>
    public double? MaxGradientNorm { get; init; } = 1;

    /// <summary>Of the run.</summary>
    public required long Seed { get; init; }

    /// <summary>Steps between evaluations; null is after every epoch.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Steps between checkpoints beside those at evaluations.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>Whether a smaller watched value is the better one.</summary>
    public bool LowerIsBetter { get; init; }

    /// <summary>Evaluations without a better one after which training stops, or null.</summary>
    public int? Patience { get; init; }

    /// <summary>Share that the average of the weights keeps in a step, or null for none.</summary>
    public double? Ema { get; init; }

    /// <summary>What to do where memory runs out, by the options of the verb.</summary>
    public string MemoryAdvice { get; init; } = "Lower --batch or --max-length in a new run";

    /// <summary>SHA-256 of all settings that decide about the numbers.</summary>
    public required string Hash { get; init; }
}
