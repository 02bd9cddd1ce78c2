using System.CommandLine;
using RctOnnx.Bench;
using RctOnnx.Bench.Candidates;
using RctOnnx.Bench.Compare;
using RctOnnx.Bench.Endurance;
using RctOnnx.Bench.LargeData;
using RctOnnx.Bench.Latency;
using RctOnnx.Bench.Load;
using RctOnnx.Bench.Scaling;
using RctOnnx.Bench.Startup;
using RctOnnx.Bench.Training;
using RctOnnx.CommandLine;

if (args is [BareProcess.Argument]) return BareProcess.Run();

RootCommand root = new("Measures RctOnnx, alone and beside its peers. Run it in Release on an idle machine.")
{
    CompareCommand.Create(),
    CandidatesCommand.Create(),
    StartupCommand.Create(),
    ScalingCommand.Create(),
    LoadCommand.Create(),
    LatencyCommand.Create(),
    EnduranceCommand.Create(),
    RowsCommand.Create(),
    DataPathCommand.Create(),
    PassThrough.Create("training", "Training steps beside a plain TorchSharp loop. Arguments: ROUNDS STEPS.", TrainingComparison.Run),
    PassThrough.Create("micro", "Runs BenchmarkDotNet; everything behind the verb goes there, such as --filter '*Engine*' or --list flat, but for --full, which measures the whole grid of batches, lengths and threads in place of a few points. Without arguments it offers its list.", MicroBenchmarks.Run),
};
return ProgramHost.Run(root, args);
