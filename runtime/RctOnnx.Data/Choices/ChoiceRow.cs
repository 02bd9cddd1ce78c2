namespace RctOnnx.Data;

/// <summary>A prompt with its choices, and where it stands.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Choices">The texts of which one goes with it.</param>
/// <param name="Label">The place of that one, from 0; null where the data does not say.</param>
/// <param name="Source">The file.</param>
/// <param name="Line">Its line there, from 1.</param>
public sealed record ChoiceRow(string Prompt, IReadOnlyList<string> Choices, int? Label, string Source, long Line)
{
    /// <summary>Where the row stands, as messages name it.</summary>
    public string Place => TextRow.PlaceOf(Source, Line, countsRows: false);
}
