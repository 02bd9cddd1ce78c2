using System.Globalization;

namespace RctOnnx.Bench.Machine;

/// <summary>Whether the machine does something else: a measurement beside other work is worth little.</summary>
internal static class IdleCheck
{
    private const string Source = "/proc/stat";
    private const double Quiet = 0.1; // an idle desktop or container host stays below

    /// <summary>What all processes together use of all cores while this one sleeps, in words; warns where it is much.</summary>
    public static string Describe(TimeSpan time)
    {
        if (!File.Exists(Source)) return "Processor use of other programs before the run: not known on this system.";
        (long busy, long total) = Read();
        Thread.Sleep(time);
        (long busyAfter, long totalAfter) = Read();
        double share = (busyAfter - busy) / (double)Math.Max(totalAfter - total, 1);
        string line = string.Create(CultureInfo.InvariantCulture, $"Processor use of other programs before the run: {100 * share:N0} %");
        return share > Quiet ? line + ": NOT IDLE, the figures are not to be trusted." : line;
    }

    // cpu user nice system idle iowait irq softirq steal …, in ticks since the start
    private static (long Busy, long Total) Read()
    {
        long[] ticks = [.. File.ReadLines(Source).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];
        return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum());
    }
}
