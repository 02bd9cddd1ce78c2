namespace RctOnnx.Data;

/// <summary>Rows that belong together.</summary>
public static class TextDocuments
{
    /// <summary>Characters of the longest document: a column that tells no documents apart would make one of the whole file.</summary>
    public const int MostCharacters = 10_000_000;

    /// <summary>Rows of one group that follow one another as one document; a row without a group is a document of its own.</summary>
    /// <exception cref="DataException">A document has more than <see cref="MostCharacters"/>; names the file and the line.</exception>
    public static IEnumerable<IReadOnlyList<TextRow>> Of(IEnumerable<TextRow> rows)
    {
        List<TextRow> document = [];
        long characters = 0;
        foreach (TextRow row in rows)
        {
            if (document.Count > 0 && (row.Group is null || row.Group != document[0].Group || row.Source != document[0].Source))
            {
                yield return document;
                document = [];
                characters = 0;
            }
            document.Add(row);
            characters += row.Text.Length;
            if (characters > MostCharacters && document.Count > 1)
                throw new DataException($"'{row.Source}', line {row.Line}: the document '{row.Group}' goes on for more than {MostCharacters:N0} characters in {document.Count:N0} rows. Name the column that tells documents apart.");
        }
        if (document.Count > 0) yield return document;
    }
}
