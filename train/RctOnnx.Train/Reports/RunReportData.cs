namespace RctOnnx.Train.Reports;

/// <summary>Everything that a report tells of a run.</summary>
public sealed record RunReportData
{
    /// <summary>Heading of the report.</summary>
    public required string Title { get; init; }

    /// <summary>Labels by class index; empty for regression.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Evaluated sets of a classifier.</summary>
    public IReadOnlyList<SetComparison> Sets { get; init; } = [];

    /// <summary>Evaluated sets of a model of several labels a text.</summary>
    public IReadOnlyList<MultiLabelComparison> MultiLabelSets { get; init; } = [];

    /// <summary>Evaluated sets of a regression.</summary>
    public IReadOnlyList<RegressionComparison> RegressionSets { get; init; } = [];

    /// <summary>What stands behind the figures of sets of one label a text.</summary>
    internal IReadOnlyList<SetDetails> Details { get; init; } = [];

    /// <summary>What the file divides logits by.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>SHA-256 of the exported file; null where none was written.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>What the run was told, as others may see it.</summary>
    public IReadOnlyList<NamedValue> CardSettings { get; init; } = [];

    /// <summary>The course of training by step; empty where only an evaluation is reported.</summary>
    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];

    /// <summary>Name of <see cref="CurvePoint.DevMetric"/>.</summary>
    public string DevMetricName { get; init; } = "accuracy";

    /// <summary>What the run was told.</summary>
    public IReadOnlyList<NamedValue> Settings { get; init; } = [];

    /// <summary>What it was trained and measured on.</summary>
    public IReadOnlyList<DataSource> Sources { get; init; } = [];

    /// <summary>Steps, seconds, memory.</summary>
    public IReadOnlyList<NamedValue> Timing { get; init; } = [];

    /// <summary>Evidence that the exported file answers as the trained model does.</summary>
    public IReadOnlyList<NamedValue> Proof { get; init; } = [];

    /// <summary>The programs that made the figures.</summary>
    public IReadOnlyList<NamedValue> Versions { get; init; } = [];

    /// <summary>Throws <see cref="ArgumentException"/> that lists every part that does not fit the others.</summary>
    internal void Validate()
    {
        List<string> faults = [];
        if (Sets.Count == 0 && MultiLabelSets.Count == 0 && RegressionSets.Count == 0 && Curve.Count == 0) faults.Add("there is neither a set nor a curve to report");
        foreach (SetComparison set in Sets)
        {
            if (set.Trained.PerClass.Count != Labels.Count) faults.Add($"'{set.Name}' has figures of {set.Trained.PerClass.Count} classes for {Labels.Count} labels");
            if (set.Untrained is { } untrained && untrained.PerClass.Count != Labels.Count)
                faults.Add($"'{set.Name}' has figures before training of {untrained.PerClass.Count} classes for {Labels.Count} labels");
        }
        if (faults.Count > 0) throw new ArgumentException($"The report cannot be written: {string.Join("; ", faults)}.");
    }
}
