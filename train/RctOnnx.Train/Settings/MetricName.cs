using System.Text.Json.Serialization;

namespace RctOnnx.Train.Settings;

/// <summary>A figure of an evaluation that can be watched.</summary>
public enum MetricName
{
    /// <summary>Share of right answers; for several labels a text the share of texts whose labels are all right.</summary>
    Accuracy,

    /// <summary>Unweighted mean of the labels' F1.</summary>
    [JsonStringEnumMemberName("macro_f1")]
    MacroF1,

    /// <summary>Mean of the labels' F1 by support.</summary>
    [JsonStringEnumMemberName("weighted_f1")]
    WeightedF1,

    /// <summary>Mean loss over the rows; lower is better.</summary>
    Loss,

    /// <summary>F1 over all decisions together; several labels.</summary>
    [JsonStringEnumMemberName("micro_f1")]
    MicroF1,

    /// <summary>Kappa with quadratic weights; labels in an order, and values that are whole numbers.</summary>
    QuadraticWeightedKappa,

    /// <summary>Linear correlation; regression.</summary>
    Pearson,

    /// <summary>Correlation of ranks; regression.</summary>
    Spearman,

    /// <summary>Share of answers that are a right one, as SQuAD compares them; question answering.</summary>
    ExactMatch,

    /// <summary>Mean F1 of the answers' words, as SQuAD counts them; question answering.</summary>
    [JsonStringEnumMemberName("token_f1")]
    TokenF1,
}
