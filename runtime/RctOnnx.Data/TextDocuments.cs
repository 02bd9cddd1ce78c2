namespace RctOnnx.Data;

/// <summary>Rows that belong together.</summary>
public static class TextDocuments
{
    /// <summary>Rows of one group that follow one another as one document; a row without a group is a document of its own.</summary>
    public static IEnumerable<IReadOnlyList<TextRow>> Of(IEnumerable<TextRow> rows)
    {
        List<TextRow> document = [];
        foreach (TextRow row in rows)
        {
            if (document.Count > 0 && (row.Group is null || row.Group != document[0].Group || row.Source != document[0].Source))
            {
                yield return document;
                document = [];
            }
            document.Add(row);
        }
        if (document.Count > 0) yield return document;
    }
}
