using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace RctOnnx.Bench;

/// <summary>The BenchmarkDotNet classes of this assembly.</summary>
internal static class MicroBenchmarks
{
    /// <summary>Runs those that the arguments choose; a run that failed is not zero.</summary>
    public static int Run(string[] arguments)
    {
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run(arguments);
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? ExitCodes.InternalError : ExitCodes.Success;
    }
}
