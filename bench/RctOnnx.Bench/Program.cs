using BenchmarkDotNet.Running;
using RctOnnx.Bench;
using RctOnnx.Bench.Training;

if (args is ["training", .. string[] rest]) return TrainingComparison.Run(rest);

// Without arguments the list of benchmarks is offered; --filter '*' runs all. A run that failed is not zero.
IEnumerable<BenchmarkDotNet.Reports.Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(BenchmarkFolders).Assembly).Run(args);
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
