namespace RctOnnx.Runtime.Quantization;

/// <summary>Answers of one task in a form in which two models can be compared.</summary>
/// <param name="Logits">Of each answer.</param>
/// <param name="Labels">The label or text of each; null where the task answers values.</param>
internal sealed record TaskAnswers(IReadOnlyList<IReadOnlyList<float>> Logits, IReadOnlyList<string>? Labels)
{
    /// <summary>Those of a classifier.</summary>
    public static TaskAnswers Of(IReadOnlyList<Classification> answers, Onnx.ProblemType problem) =>
        new([.. answers.Select(answer => answer.Logits)], problem == Onnx.ProblemType.Regression ? null : [.. answers.Select(answer => answer.Label)]);

    /// <summary>Answers to parts of the texts as those to all of them.</summary>
    public static TaskAnswers Joined(IReadOnlyList<TaskAnswers> parts) =>
        new([.. parts.SelectMany(part => part.Logits)], parts[0].Labels is null ? null : [.. parts.SelectMany(part => part.Labels!)]);
}
