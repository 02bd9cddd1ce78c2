using System.Runtime.CompilerServices;
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
    [OverloadResolutionPriority(1)] // for a total of null
    public static T Run<T>(string title, long? total, string unit, Func<IWorkProgress, T> work) => Run(title, total, unit, null, work);

    /// <summary>Runs <paramref name="work"/>, of which a share is known to be done but not the number of its units.</summary>
    /// <param name="title">What is being done, a few words.</param>
    /// <param name="share">How much is done, 0 to 1, for example by the bytes read; asked at every report.</param>
    /// <param name="unit">Plural name of a unit, for example "sentences".</param>
    /// <param name="work">The work; it reports through its argument.</param>
    public static T Run<T>(string title, Func<double> share, string unit, Func<IWorkProgress, T> work) => Run(title, null, unit, share, work);

    private static T Run<T>(string title, long? total, string unit, Func<double>? share, Func<IWorkProgress, T> work)
    {
        if (Console.IsErrorRedirected)
        {
            using PlainProgress plain = new(Console.Error, title, total, unit, TimeProvider.System, PlainProgress.DefaultInterval, share);
            return work(plain);
        }
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        bool sized = total is not null || share is not null;
        RateColumn rate = new(unit);
        List<ProgressColumn> columns = [new TaskDescriptionColumn { Alignment = Justify.Left }];
        if (sized) columns.AddRange([new ProgressBarColumn(), new PercentageColumn()]);
        columns.Add(rate);
        if (sized) columns.Add(new RemainingTimeColumn());
        return console.Progress().Columns([.. columns]).Start(context =>
        {
            ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: share is not null ? 1 : total ?? double.MaxValue);
            return work(new BarProgress(task, rate, share));
        });
    }

    private sealed class BarProgress(ProgressTask task, RateColumn rate, Func<double>? share) : IWorkProgress
    {
        public void Advance(long count)
        {
            rate.Add(count);
            if (share is null) task.Increment(count);
            else task.Value = share();
        }

        public void Describe(string text) => task.Description = Markup.Escape(text);
    }
}
