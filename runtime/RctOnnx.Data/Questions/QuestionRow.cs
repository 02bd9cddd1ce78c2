namespace RctOnnx.Data;

/// <summary>A question with its context, and where it stands.</summary>
/// <param name="Question">The question.</param>
/// <param name="Context">The text that the answer stands in.</param>
/// <param name="Answers">Right answers, the first one to learn from; empty where the context holds none; null where the data does not say.</param>
/// <param name="Source">The file.</param>
/// <param name="Line">Its line there, from 1.</param>
public sealed record QuestionRow(string Question, string Context, IReadOnlyList<GoldAnswer>? Answers, string Source, long Line)
{
    /// <summary>Where the question stands, as messages name it.</summary>
    public string Place => TextRow.PlaceOf(Source, Line, countsRows: false);
}
