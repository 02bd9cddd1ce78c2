using System.Globalization;

namespace RctOnnx.Bench.Machine;

/// <summary>
/// How much of the processor other programs used while this one measured: a measurement beside other work is worth little. Own
/// processes are this one and its children.
/// </summary>
internal sealed class IdleCheck
{
    private const string AllProcesses = "/proc/stat";
    private const double Quiet = 0.05; // an idle container host stays below

    // Places behind the name of /proc/PID/stat, which stands in parentheses: state, parent, …, user and system time, those of ended children.
    private const int ParentField = 1;
    private static readonly Range OwnTimes = 11..13, OwnAndEndedChildrenTimes = 11..15;

    private readonly (long Busy, long Total, long Own) _start = Read();

    /// <summary>What other programs used of all cores since this object was made, in words; warns where it is much.</summary>
    public string Describe()
    {
        if (!File.Exists(AllProcesses)) return "Processor use of other programs during the run: not known on this system.";
        (long busy, long total, long own) = Read();
        double share = Math.Max(busy - _start.Busy - (own - _start.Own), 0) / (double)Math.Max(total - _start.Total, 1);
        string line = string.Create(CultureInfo.InvariantCulture, $"Processor use of other programs during the run: {100 * share:N0} %");
        return share > Quiet ? line + ": NOT IDLE, the figures are not to be trusted." : line;
    }

    private static (long Busy, long Total, long Own) Read()
    {
        if (!File.Exists(AllProcesses)) return default;
        // cpu user nice system idle iowait irq softirq steal …, in ticks since the start
        long[] ticks = [.. File.ReadLines(AllProcesses).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(Number)];
        string[] self = Fields("self");
        string id = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        long children = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => char.IsAsciiDigit(name![0]))
            .Select(name => Fields(name!)).Where(fields => fields.Length > 0 && fields[ParentField] == id).Sum(fields => fields[OwnTimes].Sum(Number));
        return (ticks.Sum() - ticks[3] - ticks[4], ticks.Sum(), self[OwnAndEndedChildrenTimes].Sum(Number) + children);
    }

    private static string[] Fields(string process)
    {
        try
        {
            string line = File.ReadAllText($"/proc/{process}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return []; // it has just ended
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
