using System.Text.Json.Serialization;

namespace RctOnnx.Train.Settings;

/// <summary>A figure of an evaluation that can be watched.</summary>
public enum MetricName
{
    /// <summary>Share of right answers.</summary>
    Accuracy,

    /// <summary>Unweighted mean of the labels' F1.</summary>
    [JsonStringEnumMemberName("macro_f1")]
    MacroF1,

    /// <summary>Mean of the labels' F1 by support.</summary>
    [JsonStringEnumMemberName("weighted_f1")]
    WeightedF1,

    /// <summary>Cross-entropy; lower is better.</summary>
    Loss,
}
