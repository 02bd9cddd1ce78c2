using System.Globalization;

namespace RctOnnx.CommandLine;

/// <summary>Progress as plain lines: count, share, rate and time left, at most one line an interval.</summary>
internal sealed class PlainProgress : IWorkProgress, IDisposable
{
    /// <summary>Often enough to see that it lives, seldom enough for a log of a long run.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    private const double LongestShown = 86_399; // hh:mm:ss has no days

    private readonly TextWriter _output;
    private readonly long? _total;
    private readonly string _unit;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Func<double>? _share;
    private readonly long _start;
    private readonly Lock _lock = new();
    private string _title;
    private long _done, _lastLine;
    private bool _printed;

    public PlainProgress(TextWriter output, string title, long? total, string unit, TimeProvider time, TimeSpan interval, Func<double>? share = null)
    {
        (_output, _title, _total, _unit, _time, _interval, _share) = (output, title, total, unit, time, interval, share);
        _start = _lastLine = time.GetTimestamp();
    }

    public void Advance(long count)
    {
        lock (_lock)
        {
            _done += count;
            if (_time.GetElapsedTime(_lastLine) >= _interval) Print();
        }
    }

    public void Describe(string text)
    {
        lock (_lock) _title = text;
    }

    /// <summary>Prints the last state of work that lasted long enough to have printed before.</summary>
    public void Dispose()
    {
        lock (_lock)
            if (_printed) Print();
    }

    private void Print()
    {
        _lastLine = _time.GetTimestamp();
        _printed = true;
        double seconds = Math.Max(_time.GetElapsedTime(_start).TotalSeconds, 1e-9), rate = _done / seconds;
        double? share = _share?.Invoke() ?? (_total is { } whole ? (double)_done / Math.Max(whole, 1) : null);
        string of = _total is { } total ? string.Create(CultureInfo.InvariantCulture, $" of {total:N0}") : "";
        string percent = share is null ? "" : string.Create(CultureInfo.InvariantCulture, $" ({100 * share:F0} %)");
        string left = share is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {Left(seconds, share.Value):hh\\:mm\\:ss} left");
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_title}: {_done:N0}{of} {_unit}{percent}, {rate:N0}/s{left}"));
    }

    private static TimeSpan Left(double seconds, double share) =>
        share > 0 ? TimeSpan.FromSeconds(Math.Min(seconds * Math.Max(1 - share, 0) / share, LongestShown)) : TimeSpan.Zero;
}
