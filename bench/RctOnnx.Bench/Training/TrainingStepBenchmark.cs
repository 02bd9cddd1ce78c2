using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using RctOnnx.Train.Modules;

namespace RctOnnx.Bench.Training;

/// <summary>
/// Steps of fine-tuning over 32 real sentences: a plain TorchSharp loop, ours in fp32 and in bf16. An iteration is ten steps, each over other rows; the verb
/// <c>training</c> measures the same beside the products alone, in turns and with memory.
/// </summary>
[Config(typeof(Settings))]
public class TrainingStepBenchmark
{
    private const int Steps = 10, Sentences = 32 * Steps;

    private readonly string _folder = Directory.CreateTempSubdirectory("rctonnx-bench-").FullName;
    private ITrainingContestant? _contestant;

    /// <summary>Makes the plain loop.</summary>
    [GlobalSetup(Target = nameof(Plain))]
    public void OpenPlain() => Open(material => new PlainTraining(material), Precision.Fp32);

    /// <summary>Makes our loop in fp32.</summary>
    [GlobalSetup(Target = nameof(OwnFp32))]
    public void OpenFp32() => Open(material => new OwnTraining(material), Precision.Fp32);

    /// <summary>Makes our loop in bf16.</summary>
    [GlobalSetup(Target = nameof(OwnBf16))]
    public void OpenBf16() => Open(material => new OwnTraining(material), Precision.BFloat16);

    /// <summary>Closes what was made.</summary>
    [GlobalCleanup]
    public void Close()
    {
        (_contestant as IDisposable)?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The plain loop.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Sentences)]
    public object Plain() => _contestant!.Run(Steps);

    /// <summary>Ours in fp32.</summary>
    [Benchmark(OperationsPerInvoke = Sentences)]
    public object OwnFp32() => _contestant!.Run(Steps);

    /// <summary>Ours in bf16.</summary>
    [Benchmark(OperationsPerInvoke = Sentences)]
    public object OwnBf16() => _contestant!.Run(Steps);

    private void Open(Func<TrainingMaterial, ITrainingContestant> make, Precision precision)
    {
        MendedLibrary.Take();
        TrainingMaterial material = TrainingMaterial.Load(_folder);
        _contestant = make(material with { Settings = material.Settings with { Precision = precision } });
    }

    private sealed class Settings : ManualConfig
    {
        public Settings()
        {
            AddJob(Job.Default.WithStrategy(RunStrategy.Monitoring).WithLaunchCount(1).WithWarmupCount(1).WithIterationCount(8));
            WithBuildTimeout(TimeSpan.FromMinutes(15)); // a busy machine
            AddColumn(new ItemsPerSecondColumn("sentences"));
        }
    }
}
