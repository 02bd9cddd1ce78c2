namespace RctOnnx.Data;

/// <summary>The text format of PubMed RCT (Dernoncourt and Lee 2017): the abstract's id is the group.</summary>
internal static class RctReader
{
    public static IEnumerable<TextRow> Read(DataSource source, Action<DataException> refuse)
    {
        string? abstractId = null;
        foreach ((long number, string line) in Utf8Lines.Read(source))
        {
            if (line.Length == 0) continue;
            if (line.StartsWith("###", StringComparison.Ordinal))
            {
                abstractId = line[3..];
                continue;
            }
            int tab = line.IndexOf('\t');
            if (tab <= 0) refuse(new DataException($"'{source.Name}', line {number}: expected 'LABEL<tab>sentence', '###ID' or an empty line, found '{Shortened(line)}'."));
            else if (abstractId is null) refuse(new DataException($"'{source.Name}', line {number}: a sentence before the first '###ID' line."));
            else yield return new TextRow { Text = line[(tab + 1)..], Label = line[..tab], Group = abstractId, Source = source.Name, Line = number };
        }
    }

    private static string Shortened(string line) => line.Length <= 60 ? line : line[..60] + "…";
}
