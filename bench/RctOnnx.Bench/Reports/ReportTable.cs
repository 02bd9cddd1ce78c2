using System.Text;
using Spectre.Console;

namespace RctOnnx.Bench.Reports;

/// <summary>A table for the terminal and for Markdown. The first columns are words, those from <paramref name="FirstNumber"/> on numbers.</summary>
internal sealed record ReportTable(string Title, int FirstNumber, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Shows it on the terminal.</summary>
    public void Show(IAnsiConsole console)
    {
        Table table = new Table { Title = new TableTitle(Markup.Escape(Title)) }.Border(TableBorder.Rounded);
        foreach ((int i, string column) in Columns.Index())
            table.AddColumn(new TableColumn(Markup.Escape(column)) { Alignment = i < FirstNumber ? Justify.Left : Justify.Right });
        foreach (IReadOnlyList<string> row in Rows) table.AddRow([.. row.Select(Markup.Escape)]);
        console.Write(table);
    }

    /// <summary>The table in Markdown, under its title.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append("## ").AppendLine(Title).AppendLine();
        Line(Columns);
        Line([.. Columns.Select((_, i) => i < FirstNumber ? "---" : "---:")]);
        foreach (IReadOnlyList<string> row in Rows) Line(row);
        return text.ToString();

        void Line(IReadOnlyList<string> cells) => text.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
    }
}
