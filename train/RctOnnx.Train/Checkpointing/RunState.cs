namespace RctOnnx.Train.Checkpointing;

/// <summary>Where a run stands: all that is needed, with weights and moments, to continue as if it had never stopped. Immutable.</summary>
public sealed record RunState
{
    /// <summary>The version that this build writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of this format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Optimiser steps taken.</summary>
    public required long Step { get; init; }

    /// <summary>Zero-based epoch of the next step.</summary>
    public required int Epoch { get; init; }

    /// <summary>Batches of that epoch that are done. The order of an epoch follows from seed and number, so this is the whole state of the sampler.</summary>
    public required int BatchIndex { get; init; }

    /// <summary>SHA-256 of the settings that decide about the numbers: a run is resumed under its own settings only.</summary>
    public required string SettingsHash { get; init; }

    /// <summary>SHA-256 over the training rows.</summary>
    public required string DataHash { get; init; }

    /// <summary>The best value so far of the metric that is watched, or null before the first evaluation.</summary>
    public double? BestMetric { get; init; }

    /// <summary>Step of the best value.</summary>
    public long BestStep { get; init; }

    /// <summary>Step of the last evaluation on dev: one that was due when the run was stopped is made up for on resuming.</summary>
    public long EvaluatedStep { get; init; }

    /// <summary>Evaluations since the best one: what early stopping counts.</summary>
    public int EvaluationsSinceBest { get; init; }

    /// <summary>Seconds of training so far, over all parts of the run.</summary>
    public double Seconds { get; init; }

    /// <summary>Refuses to go on with a run under other settings or on other data.</summary>
    /// <exception cref="SettingsException">A hash is another one; both are judged.</exception>
    public void RequireSame(string settingsHash, string dataHash, string folder)
    {
        List<string> faults = [];
        if (SettingsHash != settingsHash) faults.Add("the settings are not those of the run");
        if (DataHash != dataHash) faults.Add("the training rows are not those of the run");
        if (faults.Count > 0)
            throw new SettingsException($"'{folder}' cannot be resumed: {string.Join("; ", faults)}. Resume with the run's own settings and data, or start a new folder.");
    }
}
