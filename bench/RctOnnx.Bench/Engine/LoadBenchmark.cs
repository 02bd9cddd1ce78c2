using BenchmarkDotNet.Attributes;
using RctOnnx.Bench.Models;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Engine;

/// <summary>From a file to a classifier that has answered once.</summary>
[ShortRunJob, MemoryDiagnoser]
public class LoadBenchmark
{
    private TemporaryModel _model = null!;

    /// <summary>Whether the matrix products are in int8.</summary>
    [Params(false, true)]
    public bool Int8 { get; set; }

    /// <summary>Whether the CPU graph is in the file already.</summary>
    [Params(false, true)]
    public bool Compiled { get; set; }

    /// <summary>Writes the file.</summary>
    [GlobalSetup]
    public void Write()
    {
        _model = TemporaryModel.Create(Int8);
        if (Compiled) _model.Compile();
    }

    /// <summary>Removes it.</summary>
    [GlobalCleanup]
    public void Delete() => _model.Dispose();

    /// <summary>Reads, checks, opens and warms.</summary>
    [Benchmark]
    public void Load()
    {
        using TextClassifier classifier = TextClassifier.Load(_model.Path);
    }
}
