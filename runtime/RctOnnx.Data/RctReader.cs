namespace RctOnnx.Data;

/// <summary>The text format of PubMed RCT (Dernoncourt and Lee 2017): the abstract's id is the group.</summary>
internal static class RctReader
{
    public static IEnumerable<TextRow> Read(DataSource source)
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
            if (tab <= 0) throw new DataException($"'{source.Name}', line {number}: expected 'LABEL<tab>sentence', '###ID' or an empty line, found '{Shortened(line)}'.");
            if (abstractId is null) throw new DataException($"'{source.Name}', line {number}: a sentence before the first '###ID' line.");
            yield return new TextRow { Text = line[(tab + 1)..], Label = line[..tab], Group = abstractId, Source = source.Name, Line = number };
        }
    }

    private static string Shortened(string line) => line.Length <= 60 ? line : line[..60] + "…";
}
