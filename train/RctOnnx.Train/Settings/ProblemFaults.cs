using RctOnnx.Data;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Settings;

/// <summary>Settings that do not fit the problem: each says what it is for.</summary>
internal static class ProblemFaults
{
    private static readonly Dictionary<MetricName, ProblemType[]> MetricsOf = new()
    {
        [MetricName.Accuracy] = [ProblemType.SingleLabel, ProblemType.MultiLabel, ProblemType.Ordinal, ProblemType.MultipleChoice],
        [MetricName.MacroF1] = [ProblemType.SingleLabel, ProblemType.MultiLabel, ProblemType.Ordinal],
        [MetricName.WeightedF1] = [ProblemType.SingleLabel, ProblemType.MultiLabel, ProblemType.Ordinal],
        [MetricName.Loss] = Enum.GetValues<ProblemType>(),
        [MetricName.MicroF1] = [ProblemType.MultiLabel],
        [MetricName.QuadraticWeightedKappa] = [ProblemType.SingleLabel, ProblemType.Ordinal, ProblemType.Regression],
        [MetricName.Pearson] = [ProblemType.Regression],
        [MetricName.Spearman] = [ProblemType.Regression],
        [MetricName.ExactMatch] = [ProblemType.QuestionAnswering],
        [MetricName.TokenF1] = [ProblemType.QuestionAnswering],
    };

    /// <summary>The faults, in words.</summary>
    public static IEnumerable<string> Of(TrainSettings settings)
    {
        ProblemType problem = settings.Problem;
        foreach (string fault in AnswerFaults.Of(settings)) yield return fault;
        bool hasClasses = problem is ProblemType.SingleLabel or ProblemType.Ordinal;
        if (!hasClasses && settings.LabelSmoothing != 0) yield return $"label-smoothing for a {problem} task: it is for one label a text";
        if (!hasClasses && settings.ClassWeights != ClassWeighting.None) yield return $"class-weights for a {problem} task: they are for one label a text";
        if (!hasClasses && settings.Oversample) yield return $"oversample for a {problem} task: it is for one label a text";
        if (settings.ClassWeights == ClassWeighting.File != (settings.ClassWeightFile is not null))
            yield return "class-weights file and class-weight-file belong together: give both or neither";
        if (!hasClasses && settings.FocalGamma != 0) yield return $"focal-gamma for a {problem} task: it is for one label a text";
        if (!hasClasses && settings.Calibrate) yield return $"calibrate for a {problem} task: it is for one label a text";
        if (settings.Calibrate && settings.Dev is null && settings.DevShare == 0) yield return "calibrate without dev data: there is nothing to fit the temperature to";
        if (!hasClasses && settings.Teacher is not null) yield return $"teacher for a {problem} task: it is for one label a text";
        if (!(settings.FocalGamma >= 0 && double.IsFinite(settings.FocalGamma))) yield return $"focal-gamma is {settings.FocalGamma}, expected 0 or more";
        if (settings.FocalGamma > 0 && settings.LabelSmoothing > 0) yield return "focal-gamma and label-smoothing exclude one another: one trusts sure rows less, the other makes none sure";
        if (!(settings.TeacherWeight > 0 && settings.TeacherWeight <= 1)) yield return $"teacher-weight is {settings.TeacherWeight}, expected above 0 and at most 1";
        if (!(settings.TeacherTemperature > 0 && double.IsFinite(settings.TeacherTemperature))) yield return $"teacher-temperature is {settings.TeacherTemperature}, expected a positive number";
        if (!(settings.TeacherHiddenWeight >= 0 && double.IsFinite(settings.TeacherHiddenWeight))) yield return $"teacher-hidden-weight is {settings.TeacherHiddenWeight}, expected 0 or more";
        if (settings.TeacherHiddenWeight > 0 && settings.Teacher is null) yield return "teacher-hidden-weight without a teacher: name its model file";
        if (settings.TeacherLayers.Count > 0 && settings.TeacherHiddenWeight == 0) yield return "teacher-layers without teacher-hidden-weight: no states are followed, give it a weight";
        if (!(settings.ClassBalanceBeta > 0 && settings.ClassBalanceBeta < 1)) yield return $"class-balance-beta is {settings.ClassBalanceBeta}, expected above 0 and below 1";
        if (settings.Ema is { } ema && !(ema > 0 && ema < 1)) yield return $"ema is {ema}, expected above 0 and below 1, such as 0.999";
        if (settings.LabelColumns.Count > 0 && problem != ProblemType.MultiLabel) yield return $"label-columns for a {problem} task: they are for several labels a text (--problem multi_label)";
        if (settings.LabelColumns.Any(name => name.Contains(LabelSet.Separator))) yield return $"a label column with '{LabelSet.Separator}' in its name: it stands between labels; rename the column";
        if (settings.Labels.Count > 0 && !hasClasses) yield return $"labels for a {problem} task: they are for one label a text";
        if (settings.Hidden.Count > 0 && settings.Head != HeadChoice.Mlp) yield return $"hidden layers for the head {settings.Head}: they are for --head mlp";
        if (settings.Pooling is not null && settings.Head != HeadChoice.Mlp) yield return $"pooling for the head {settings.Head}: it is for --head mlp; the others have their own (linear the first token, mean, max, pooler)";
        if (settings.Pooling == Pooling.Separators) yield return "pooling separators: it is for documents, which have it by themselves (--documents)";
        if (!(settings.NumberMasking >= 0 && settings.NumberMasking <= 1)) yield return $"number-masking is {settings.NumberMasking}, expected a share from 0 to 1";
        if (settings.Encoders == EncoderChoice.One && settings.Combine is not null) yield return "combine without two encoders: it says how their features are combined (--encoders shared or separate)";
        if (settings.Encoders != EncoderChoice.One)
        {
            if (settings.PairColumn is null) yield return $"encoders {settings.Encoders} without a pair column: each encoder reads one text of a pair, name the column of the second one";
            if (settings.Documents) yield return $"encoders {settings.Encoders} for documents: a document is read by one";
            if (settings.LongText == LongTextPolicy.Window) yield return $"long-text window for encoders {settings.Encoders}: windows are for single texts";
            if (settings.TeacherHiddenWeight != 0) yield return $"teacher-hidden-weight for encoders {settings.Encoders}: states are compared by text; teacher alone works";
        }
        if (settings.Documents)
        {
            if (problem != ProblemType.SingleLabel) yield return $"documents for a {problem} task: each sentence has one label";
            if (settings.Head is not (HeadChoice.Auto or HeadChoice.Linear or HeadChoice.Electra or HeadChoice.Mlp)) yield return $"the head {settings.Head} for documents: expected linear, electra or mlp, which read the [SEP] behind each sentence";
            if (settings.Pooling is not null) yield return "pooling for documents: their head reads the [SEP] behind each sentence";
            if (settings.TeacherHiddenWeight != 0) yield return "teacher-hidden-weight for documents: states are compared by text; teacher alone works";
            if (settings.PairColumn is not null) yield return "pair-column for documents: a document is a list of single sentences";
            if (settings.Labels.Count > 0) yield return "labels for documents: sentences of other labels would be missing from their documents";
            if (settings.LongText == LongTextPolicy.Window) yield return "long-text window for documents: long sentences are cut or refused, long documents are read in several rows";
            if (settings.Oversample) yield return "oversample for documents: the sentences of a document stay together; use class-weights";
            if (settings.SentenceLength < 1 || settings.SentenceLength > settings.MaxLength - 2) yield return $"sentence-length is {settings.SentenceLength}, expected 1 to {settings.MaxLength - 2} (max-length without [CLS] and [SEP])";
        }
        if (settings.Hidden.Any(width => width < 1)) yield return $"hidden layers of the widths {string.Join(", ", settings.Hidden)}, expected at least 1";
        if (settings.BestMetric is { } metric && !MetricsOf[metric].Contains(problem))
            yield return $"best-metric {metric} for a {problem} task: it has {string.Join(", ", MetricsOf.Where(pair => pair.Value.Contains(problem)).Select(pair => pair.Key))}";
    }
}
