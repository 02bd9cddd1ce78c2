using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using RctOnnx.Bench.Engine;
using RctOnnx.Bench.Training;

namespace RctOnnx.Bench;

/// <summary>The BenchmarkDotNet classes of this assembly.</summary>
internal static class MicroBenchmarks
{
    private const string Full = "--full";

    /// <summary>Runs those that the arguments choose; a run that failed is not zero.</summary>
    public static int Run(string[] arguments)
    {
        if (arguments.Contains(Full)) Grid.MakeFull();
        MendedLibrary.Offer();
        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(MicroBenchmarks).Assembly).Run([.. arguments.Where(argument => argument != Full)]);
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? ExitCodes.InternalError : ExitCodes.Success;
    }
}
