namespace RctOnnx.Onnx;

/// <summary>Whether head, pooling and labels are those of a task beyond labels and values of texts.</summary>
internal static class KindCheck
{
    /// <summary>Labels of a model that answers questions: what its two logits of a token are for.</summary>
    private const int SpanLabels = 2;

    /// <summary>Adds what does not fit.</summary>
    public static void Add(ModelDescription model, List<string> faults)
    {
        HeadConfig head = model.Head;
        bool answers = model.ProblemType == ProblemType.QuestionAnswering, chooses = model.ProblemType == ProblemType.MultipleChoice, names = model.ProblemType == ProblemType.MaskedLm;
        if (answers && (head.Kind != HeadKind.Linear || model.Labels.Count != SpanLabels))
            faults.Add($"a {model.ProblemType} model with a head of kind {head.Kind} and {model.Labels.Count} labels, expected {HeadKind.Linear} with {SpanLabels}: the start and the end of a span");
        if (answers != (head.Pooling == Pooling.Tokens)) faults.Add($"{head.Pooling} pooling of a model that is {model.ProblemType}: {Pooling.Tokens} belongs to {ProblemType.QuestionAnswering}");
        if (chooses && (head.Kind is HeadKind.None or HeadKind.MaskedLm || model.IsPerToken || model.Labels.Count != 1))
            faults.Add($"a {model.ProblemType} model with a head of kind {head.Kind} on {head.Pooling} pooling and {model.Labels.Count} labels, expected one logit a pair");
        if (names != (head.Kind == HeadKind.MaskedLm) || names != (head.Pooling == Pooling.Masks))
            faults.Add($"a head of kind {head.Kind} on {head.Pooling} pooling for a model that is {model.ProblemType}: {HeadKind.MaskedLm} on {Pooling.Masks} pooling belongs to {ProblemType.MaskedLm}");
        if ((answers || chooses || names) && (model.MoreTasks.Count > 0 || model.PairEncoding is not null))
            faults.Add($"{(model.MoreTasks.Count > 0 ? "several tasks" : "two encoders")} of a model that is {model.ProblemType}, which has one of each");
        if (names && !model.Vocabulary.Contains(model.Tokenizer.MaskToken)) faults.Add($"a vocabulary without the mask token '{model.Tokenizer.MaskToken}'");
        if ((answers || chooses || names) && (model.Calibration.Thresholds is not null || model.Calibration.Temperature != 1))
            faults.Add($"temperature or thresholds of a model that is {model.ProblemType}, which has none");
    }
}
