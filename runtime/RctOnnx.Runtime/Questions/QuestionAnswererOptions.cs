namespace RctOnnx.Runtime;

/// <summary>How questions are answered. Immutable; checked as a whole when a model is loaded.</summary>
public sealed record QuestionAnswererOptions
{
    /// <summary>
    /// How the model runs. <see cref="TextClassifierOptions.TopK"/> is the number of spans of an answer, 1 where it is not given;
    /// <see cref="TextClassifierOptions.WindowOverlap"/> the tokens that neighbouring windows over a context share, null for a quarter of what a
    /// question leaves of a window.
    /// </summary>
    public TextClassifierOptions Running { get; init; } = new();

    /// <summary>Tokens of the longest answer.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>
    /// For models that were also trained on questions without an answer: there is no answer where the logits of [CLS] exceed those of the best
    /// span by more than this. Null always answers.
    /// </summary>
    public double? NoAnswerThreshold { get; init; }

    /// <exception cref="SettingsException">A setting is out of its range.</exception>
    internal void Validate(int modelMaxLength)
    {
        Running.Validate(modelMaxLength, (nameof(Running.TaskName), Running.TaskName));
        if (MaxAnswerLength < 1) throw new SettingsException($"{nameof(MaxAnswerLength)} is {MaxAnswerLength}, expected at least 1 token.");
        if (NoAnswerThreshold is { } threshold && !double.IsFinite(threshold)) throw new SettingsException($"{nameof(NoAnswerThreshold)} is {threshold}, expected a number, such as 0.");
    }
}
