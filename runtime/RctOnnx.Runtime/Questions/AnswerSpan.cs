namespace RctOnnx.Runtime;

/// <summary>A part of a context that answers a question.</summary>
/// <param name="Text">The part, as it stands in the context.</param>
/// <param name="Start">Its first character in the context, counted in UTF-16 units as .NET's strings are.</param>
/// <param name="End">The place behind its last character.</param>
/// <param name="Score">Probability of its first token times that of its last, over [CLS] and the context's tokens in all windows.</param>
public sealed record AnswerSpan(string Text, int Start, int End, float Score)
{
    /// <summary>The part of a context that a span of its pieces covers.</summary>
    /// <param name="context">The context.</param>
    /// <param name="question">Its pieces.</param>
    /// <param name="span">First and last of them.</param>
    public static AnswerSpan Of(string context, EncodedQuestion question, FoundSpan span)
    {
        CodePoints points = new(context);
        (int start, int end) = (points.UnitOf(question.Starts[span.First]), points.UnitOf(question.Ends[span.Last]));
        return new AnswerSpan(context[start..end], start, end, (float)span.Probability);
    }
}
