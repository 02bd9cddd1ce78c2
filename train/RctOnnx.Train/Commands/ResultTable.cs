using Spectre.Console;

namespace RctOnnx.Train.Commands;

/// <summary>A table of results for people, on standard error.</summary>
internal static class ResultTable
{
    /// <summary>Shows it.</summary>
    /// <param name="columns">Titles.</param>
    /// <param name="rows">A cell a column each.</param>
    public static void Show(IEnumerable<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new();
        foreach (string column in columns) table.AddColumn(Markup.Escape(column));
        foreach (IReadOnlyList<string> row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        if (Console.IsErrorRedirected) console.Profile.Width = 200; // a file has no width of its own
        console.Write(table);
    }
}
