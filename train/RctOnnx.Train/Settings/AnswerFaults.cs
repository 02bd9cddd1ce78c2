using RctOnnx.Data;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Settings;

/// <summary>Settings that do not fit question answering or multiple choice, or are for them alone.</summary>
internal static class AnswerFaults
{
    private static readonly TrainSettings Defaults = new();

    /// <summary>Whether a task has questions with answers, which <see cref="Answers.AnswerRun"/> trains, and not labels or values of texts.</summary>
    public static bool IsAnswerTask(ProblemType problem) => problem is ProblemType.QuestionAnswering or ProblemType.MultipleChoice;

    /// <summary>The faults, in words.</summary>
    public static IEnumerable<string> Of(TrainSettings settings)
    {
        if (settings.Problem == ProblemType.MaskedLm) yield return "problem masked_lm: rctonnx-train pretrain trains it, from plain texts";
        foreach (string fault in OfColumns(settings)) yield return fault;
        if (!IsAnswerTask(settings.Problem)) yield break;
        string task = $"a {settings.Problem} task";
        if (settings.DataFormat is not (null or DataFormat.Jsonl)) yield return $"data-format {settings.DataFormat} for {task}: its data is JSONL";
        if (settings.IsSplit) yield return $"dev-share, test-share or folds for {task}: give files";
        if (settings.TextColumn != Defaults.TextColumn) yield return $"text-column for {task}: its columns are {(settings.Problem == ProblemType.QuestionAnswering ? "--question-column, --context-column, --answer-column and --start-column" : "--prompt-column, --choices-column and --label-column")}";
        if (settings.PairColumn is not null || settings.GroupColumn is not null || settings.LabelColumns.Count > 0) yield return $"pair-column, group-column or label-columns for {task}: it has columns of its own";
        if (settings.Problem == ProblemType.QuestionAnswering && settings.LabelColumn != Defaults.LabelColumn) yield return $"label-column for {task}: the answer is --answer-column";
        if (settings.Encoders != EncoderChoice.One) yield return $"encoders for {task}: one encoder reads both texts";
        if (settings.NumberMasking != 0) yield return $"number-masking for {task}: answers are copied from the text as it is";
        if (settings.Head is not (HeadChoice.Auto or HeadChoice.Linear) && settings.Problem == ProblemType.QuestionAnswering) yield return $"the head {settings.Head} for {task}: it has a linear layer over every token";
        if (settings.LongText == LongTextPolicy.Window && settings.Problem == ProblemType.MultipleChoice) yield return $"long-text window for {task}: choices have no windows";
        if (settings.WindowOverlap is { } overlap && (overlap < 0 || overlap >= settings.MaxLength - 2 || settings.LongText != LongTextPolicy.Window)) yield return $"window-overlap is {overlap} with long-text {settings.LongText} and max-length {settings.MaxLength}: expected 0 to {settings.MaxLength - 3} tokens, with --long-text window";
        if (settings.MaxAnswerLength < 1) yield return $"max-answer-length is {settings.MaxAnswerLength}, expected at least 1";
    }

    private static IEnumerable<string> OfColumns(TrainSettings settings)
    {
        if (settings.Problem != ProblemType.QuestionAnswering
            && (settings.QuestionColumn, settings.ContextColumn, settings.AnswerColumn, settings.StartColumn, settings.WindowOverlap, settings.MaxAnswerLength)
                != (Defaults.QuestionColumn, Defaults.ContextColumn, Defaults.AnswerColumn, Defaults.StartColumn, null, Defaults.MaxAnswerLength))
            yield return $"question-column, context-column, answer-column, start-column, window-overlap or max-answer-length for a {settings.Problem} task: they are for --problem question_answering";
        if (settings.Problem != ProblemType.MultipleChoice && (settings.PromptColumn, settings.ChoicesColumn) != (Defaults.PromptColumn, Defaults.ChoicesColumn))
            yield return $"prompt-column or choices-column for a {settings.Problem} task: they are for --problem multiple_choice";
    }
}
