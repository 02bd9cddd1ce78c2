using System.Globalization;

namespace RctOnnx.CommandLine;

/// <summary>Progress as plain lines: count, share, rate and time left, at most one line an interval.</summary>
internal sealed class PlainProgress : IWorkProgress, IDisposable
{
    /// <summary>Often enough to see that it lives, seldom enough for a log of a long run.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);

    private readonly TextWriter _output;
    private readonly long? _total;
    private readonly string _unit;
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly long _start;
    private readonly Lock _lock = new();
    private string _title;
    private long _done, _lastLine;
    private bool _printed;

    public PlainProgress(TextWriter output, string title, long? total, string unit, TimeProvider time, TimeSpan interval)
    {
        (_output, _title, _total, _unit, _time, _interval) = (output, title, total, unit, time, interval);
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
        double rate = _done / Math.Max(_time.GetElapsedTime(_start).TotalSeconds, 1e-9);
        string line = _total is { } total
            ? string.Create(CultureInfo.InvariantCulture,
                $"{_title}: {_done:N0} of {total:N0} {_unit} ({100.0 * _done / Math.Max(total, 1):F0} %), {rate:N0}/s, {Left(total, rate):hh\\:mm\\:ss} left")
            : string.Create(CultureInfo.InvariantCulture, $"{_title}: {_done:N0} {_unit}, {rate:N0}/s");
        _output.WriteLine(line);
    }

    private TimeSpan Left(long total, double rate) =>
        rate > 0 ? TimeSpan.FromSeconds(Math.Min(Math.Max(total - _done, 0) / rate, 359_999)) : TimeSpan.Zero;
}
