namespace RctOnnx.Train.Schedules;

/// <summary>The learning rate of every step as a pure function: warm-up in a straight line from zero, then <see cref="Kind"/>. Immutable.</summary>
public sealed record LearningRateSchedule
{
    /// <summary>The shape after warm-up.</summary>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Linear;

    /// <summary>The rate at the end of warm-up.</summary>
    public required double Peak { get; init; }

    /// <summary>Steps of warm-up; the first of them has the rate zero.</summary>
    public int WarmupStepCount { get; init; }

    /// <summary>Steps of the whole run, warm-up included.</summary>
    public required int TotalStepCount { get; init; }

    /// <summary>Throws <see cref="SettingsException"/> that lists every fault together.</summary>
    public void Validate()
    {
        List<string> faults = [];
        if (!(Peak > 0 && double.IsFinite(Peak))) faults.Add($"the learning rate is {Peak}, expected a positive number such as 5e-5");
        if (WarmupStepCount < 0) faults.Add($"warm-up takes {WarmupStepCount} steps, expected zero or more");
        if (TotalStepCount <= 0) faults.Add($"the run has {TotalStepCount} steps, expected at least one");
        if (!Enum.IsDefined(Kind)) faults.Add($"the schedule is {Kind}, expected one of {string.Join(", ", Enum.GetNames<ScheduleKind>())}");
        if (faults.Count > 0) throw new SettingsException($"The learning rate schedule is not usable: {string.Join("; ", faults)}.");
    }

    /// <summary>The rate of a zero-based step. Steps after the last are those of transformers' schedulers: zero for linear, and cosine goes on.</summary>
    public double At(long step)
    {
        if (step < WarmupStepCount) return Peak * step / Math.Max(1, WarmupStepCount);
        double decayStepCount = Math.Max(1, TotalStepCount - WarmupStepCount);
        return Kind switch
        {
            ScheduleKind.Linear => Peak * Math.Max(0, (TotalStepCount - step) / decayStepCount),
            ScheduleKind.Cosine => Peak * Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * ((step - WarmupStepCount) / decayStepCount)))),
            _ => Peak,
        };
    }
}
