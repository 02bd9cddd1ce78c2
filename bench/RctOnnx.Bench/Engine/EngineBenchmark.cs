using BenchmarkDotNet.Attributes;
using RctOnnx.Bench.Models;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Engine;

/// <summary>Token ids to logits, on a 6-layer × 384 model with random weights.</summary>
[Config(typeof(TextSettings))]
public class EngineBenchmark
{
    private TemporaryModel _model = null!;
    private TextClassifier _classifier = null!;
    private int[][] _rows = null!;

    /// <summary>Texts of a call.</summary>
    [ParamsSource(nameof(Batches))]
    public int Batch { get; set; }

    /// <summary>Tokens of each text.</summary>
    [ParamsSource(nameof(Lengths))]
    public int Length { get; set; }

    /// <summary>Whether the matrix products are in int8.</summary>
    [Params(false, true)]
    public bool Int8 { get; set; }

    /// <summary>What the threads are used for.</summary>
    [Params(PerformanceProfile.Throughput, PerformanceProfile.Latency)]
    public PerformanceProfile Profile { get; set; }

    /// <summary>Threads in all.</summary>
    [ParamsSource(nameof(ThreadCounts))]
    public int Threads { get; set; }

    /// <summary>Values of <see cref="Batch"/>.</summary>
    public static int[] Batches => Grid.Of([1, 32], [1, 8, 32, 256]);

    /// <summary>Values of <see cref="Length"/>.</summary>
    public static int[] Lengths => Grid.Of([32, 128], [16, 32, 64, 128]);

    /// <summary>Values of <see cref="Threads"/>: one and all cores.</summary>
    public static int[] ThreadCounts => [.. new[] { 1, Environment.ProcessorCount }.Distinct()];

    /// <summary>Opens the model.</summary>
    [GlobalSetup]
    public void Load()
    {
        _model = TemporaryModel.Create(Int8);
        _classifier = TextClassifier.Load(_model.Path, new TextClassifierOptions { Profile = Profile, Threads = Threads });
        _rows = [.. Enumerable.Range(0, Batch).Select(row => Enumerable.Range(1000 + row, Length).ToArray())];
    }

    /// <summary>Closes it.</summary>
    [GlobalCleanup]
    public void Close()
    {
        _classifier.Dispose();
        _model.Dispose();
    }

    /// <summary>One call.</summary>
    [Benchmark]
    public float[] Logits() => _classifier.Engine.Logits(_rows, CancellationToken.None);
}
