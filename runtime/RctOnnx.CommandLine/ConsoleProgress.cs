using Spectre.Console;

namespace RctOnnx.CommandLine;

/// <summary>
/// Progress on standard error: a bar with rate and time left on a terminal, one plain line every few seconds where standard
/// error is redirected, so that logs stay readable.
/// </summary>
public static class ConsoleProgress
{
    /// <summary>Runs <paramref name="work"/> under a progress display.</summary>
    /// <param name="title">What is being done, a few words.</param>
    /// <param name="total">Number of units, or null where it is not known.</param>
    /// <param name="unit">Plural name of a unit, for example "sentences".</param>
    /// <param name="work">The work; it reports through its argument.</param>
    public static T Run<T>(string title, long? total, string unit, Func<IWorkProgress, T> work)
    {
        if (Console.IsErrorRedirected)
        {
            using PlainProgress plain = new(Console.Error, title, total, unit, TimeProvider.System, PlainProgress.DefaultInterval);
            return work(plain);
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        List<ProgressColumn> columns = [new TaskDescriptionColumn { Alignment = Justify.Left }];
        if (total is not null) columns.AddRange([new ProgressBarColumn(), new PercentageColumn()]);
        columns.Add(new RateColumn(unit));
        if (total is not null) columns.Add(new RemainingTimeColumn());
        return console.Progress().Columns([.. columns]).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: total ?? double.MaxValue);
            return work(new BarProgress(task));
        });
    }

    private sealed class BarProgress(ProgressTask task) : IWorkProgress
    {
        public void Advance(long count) => task.Increment(count);

        public void Describe(string text) => task.Description = Markup.Escape(text);
    }
}
