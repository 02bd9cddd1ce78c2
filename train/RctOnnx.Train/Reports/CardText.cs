using System.Text;

namespace RctOnnx.Train.Reports;

/// <summary>The Markdown of model cards.</summary>
internal static class CardText
{
    /// <summary>Appends a table; nothing where it has no rows.</summary>
    public static void Table(StringBuilder text, IReadOnlyList<string> header, IEnumerable<IEnumerable<string>> rows)
    {
        string[] lines = [.. rows.Select(row => $"| {string.Join(" | ", row.Select(Cell))} |\n")];
        if (lines.Length == 0) return;
        text.Append("| ").AppendJoin(" | ", header.Select(Cell)).Append(" |\n|").Append(string.Concat(header.Select(_ => " --- |"))).Append('\n').AppendJoin("", lines).Append('\n');
    }

    /// <summary>Text that a cell or a line can hold.</summary>
    public static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');
}
