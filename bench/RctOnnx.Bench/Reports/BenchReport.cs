using System.Text;
using RctOnnx.Onnx;
using Spectre.Console;

namespace RctOnnx.Bench.Reports;

/// <summary>What a verb measured: where, how, and the tables.</summary>
internal sealed record BenchReport(string Title, IReadOnlyList<string> Machine, IReadOnlyList<string> Notes, IReadOnlyList<ReportTable> Tables)
{
    /// <summary>A picture that was written, to be shown at the end of the Markdown; null for none.</summary>
    public string? Picture { get; init; }

    /// <summary>Shows it on the terminal and writes it as Markdown where a file is named.</summary>
    public void Publish(string? path)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected) console.Profile.Width = 200; // logs are not cut to a terminal that is not there
        foreach (string line in Machine.Concat(Notes)) console.WriteLine(line);
        foreach (ReportTable table in Tables) table.Show(console);
        if (path is null) return;
        AtomicFile.WriteText(path, ToMarkdown(Path.GetDirectoryName(Path.GetFullPath(path))!));
        Console.Error.WriteLine($"Wrote '{path}'.");
    }

    private string ToMarkdown(string folder)
    {
        StringBuilder text = new();
        text.Append("# ").AppendLine(Title).AppendLine();
        foreach (string line in Machine.Concat(Notes)) text.Append("- ").AppendLine(line);
        foreach (ReportTable table in Tables) text.AppendLine().Append(table.ToMarkdown());
        if (Picture is not null) text.AppendLine().AppendLine($"![{Title}]({Path.GetRelativePath(folder, Path.GetFullPath(Picture)).Replace('\\', '/')})");
        return text.Replace("\r\n", "\n").ToString();
    }
}
