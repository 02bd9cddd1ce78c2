using System.Globalization;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Reports;

namespace RctOnnx.Bench.Startup;

/// <summary>Fresh processes of the command line that classify one text.</summary>
internal static class StartupRun
{
    private const string Text = "Patients were randomised to two groups.";
    private const int FileShares = 3; // what a process may take beyond a bare one, in sizes of the file
    private const double Megabyte = 1e6;

    public static BenchReport Run(IReadOnlyList<string> files, int runCount, CancellationToken token)
    {
        string program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "rctonnx.exe" : "rctonnx");
        IdleCheck idle = new();
        List<double>[] seconds = [.. files.Select(_ => new List<double>())];
        List<double> bareSeconds = [];
        for (int run = -1; run < runCount; run++) // the first round brings the files into the page cache
        {
            token.ThrowIfCancellationRequested();
            double bare = MeasuredProcess.SecondsToFirstLine(Environment.ProcessPath!, BareProcess.Argument);
            if (run >= 0) bareSeconds.Add(bare);
            foreach ((int i, string file) in files.Index())
            {
                double whole = MeasuredProcess.SecondsToFirstLine(program, "classify", "--model", file, Text);
                if (run >= 0) seconds[i].Add(whole);
            }
        }
        double bareMemory = Samples.Median(Repeat(() => MeasuredProcess.PeakMemory(Environment.ProcessPath!, BareProcess.Argument)));
        List<IReadOnlyList<string>> rows = [["none: .NET with ONNX Runtime loaded", "", Milliseconds(bareSeconds), Range(bareSeconds), Megabytes(bareMemory), ""]];
        foreach ((int i, string file) in files.Index())
        {
            long size = new FileInfo(file).Length;
            double peak = Samples.Median(Repeat(() => MeasuredProcess.PeakMemory(program, "classify", "--model", file, Text)));
            rows.Add([Path.GetFileName(file), Megabytes(size), Milliseconds(seconds[i]), Range(seconds[i]), Megabytes(peak), Megabytes(bareMemory + FileShares * size)]);
        }
        ReportTable table = new("Start to first answer, and peak memory", 1,
            ["file", "size, MB", "start to first line, ms (median)", "least to most", "peak resident memory, MB", $"bare + {FileShares} × size, MB"], rows);
        return new BenchReport("Start-up and memory", [.. MachineInfo.Lines([]), idle.Describe()],
            [$"A fresh process of rctonnx classify for one text; {runCount} runs, files in turn, files in the page cache; memory in runs of its own"], [table]);

        List<double> Repeat(Func<long> measure) => [.. Enumerable.Range(0, 3).Select(_ => (double)measure())];
    }

    private static string Milliseconds(List<double> seconds) => string.Create(CultureInfo.InvariantCulture, $"{1e3 * Samples.Median(seconds):N0}");

    private static string Range(List<double> seconds) => string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds.Min():N0} to {1e3 * seconds.Max():N0}");

    private static string Megabytes(double bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / Megabyte:N1}");
}
