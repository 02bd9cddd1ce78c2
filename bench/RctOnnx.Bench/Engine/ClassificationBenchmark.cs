using BenchmarkDotNet.Attributes;
using RctOnnx.Bench.Models;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Engine;

/// <summary>Sentences to answers, all in one call; the portable graph pads, the CPU dialects do not.</summary>
[Config(typeof(TextSettings))]
public class ClassificationBenchmark
{
    private TemporaryModel _model = null!;
    private TextClassifier _classifier = null!;
    private string[] _texts = null!;

    /// <summary>Texts of a call.</summary>
    [ParamsSource(nameof(Batches))]
    public int Batch { get; set; }

    /// <summary>Whether the matrix products are in int8.</summary>
    [Params(false, true)]
    public bool Int8 { get; set; }

    /// <summary>Whether the portable graph runs, with padding and mask, in place of the fastest dialect.</summary>
    [Params(false, true)]
    public bool Padded { get; set; }

    /// <summary>Values of <see cref="Batch"/>.</summary>
    public static int[] Batches => Grid.Of([1, 256], [1, 8, 32, 256, 2048]);

    /// <summary>The sentences of a benchmark's call: the first distinct ones of the RCT test set.</summary>
    internal static string[] Texts(int count) =>
        [.. TextDataset.Read(BenchmarkFolders.Data("rct-abstracts", "test.txt")).Select(row => row.Text).Distinct().Take(count)];

    /// <summary>Opens the model.</summary>
    [GlobalSetup]
    public void Load()
    {
        _model = TemporaryModel.Create(Int8);
        _classifier = TextClassifier.Load(_model.Path, new TextClassifierOptions { Dialect = Padded ? GraphDialect.Portable : null });
        _texts = Texts(Batch);
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
    public IReadOnlyList<Classification> Classify() => _classifier.Classify(_texts);
}
