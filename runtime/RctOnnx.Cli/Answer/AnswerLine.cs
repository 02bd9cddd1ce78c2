using System.Text.Json.Serialization;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Answer;

/// <summary>An answer as JSON. Places in the context are counted in code points, as data files count them.</summary>
internal sealed record AnswerLine
{
    public required string Question { get; init; }

    /// <summary>Empty where there is none.</summary>
    public required string Answer { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float? Score { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Start { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? End { get; init; }

    public required float NoAnswerScore { get; init; }

    public required int Tokens { get; init; }

    public required bool Truncated { get; init; }

    public required int Windows { get; init; }

    /// <summary>All spans, where more than one was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AnswerSpan>? Spans { get; init; }

    public static AnswerLine Of(string question, string context, QuestionAnswer answer, bool withSpans)
    {
        CodePoints points = new(context);
        AnswerSpan[] spans = [.. answer.Spans.Select(span => span with { Start = points.PointOf(span.Start), End = points.PointOf(span.End) })];
        AnswerSpan? best = spans.FirstOrDefault();
        return new AnswerLine
        {
            Question = question,
            Answer = answer.Text,
            Score = best?.Score,
            Start = best?.Start,
            End = best?.End,
            NoAnswerScore = answer.NoAnswerScore,
            Tokens = answer.TokenCount,
            Truncated = answer.Truncated,
            Windows = answer.WindowCount,
            Spans = withSpans ? spans : null,
        };
    }
}
