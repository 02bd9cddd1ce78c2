using System.Diagnostics;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Models;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Scaling;

/// <summary>A model with random weights, open in the engine.</summary>
internal sealed class ScaledModel : IDisposable
{
    private const int SmallestId = 1000; // an ordinary piece

    private readonly TextClassifier _classifier;

    public ScaledModel(int layers, int width, bool int8, int threads)
    {
        ModelArtifact artifact = RandomBert.Create(layers, width);
        Encoder = artifact.Encoder;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rctonnx-bench-");
        try
        {
            string path = Path.Combine(folder.FullName, "model.onnx");
            ModelFile.Write(path, int8 ? RandomBert.Quantize(artifact) : artifact);
            _classifier = TextClassifier.Load(path, new TextClassifierOptions { Threads = threads });
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Widths and layers.</summary>
    public EncoderConfig Encoder { get; }

    /// <summary>Median seconds of a call with as many texts of one length; measured again and again for as long as given.</summary>
    public double Seconds(int count, int length, TimeSpan time)
    {
        int[][] rows = [.. Enumerable.Range(0, count).Select(row => Enumerable.Range(0, length).Select(i => SmallestId + row * length + i).ToArray())];
        return Measure(() => _classifier.Engine.Logits(rows, CancellationToken.None), time);
    }

    /// <summary>The same from strings to labels: words of the vocabulary, a token each, with [CLS] and [SEP] of that length.</summary>
    public double WholeSeconds(int count, int length, TimeSpan time)
    {
        string[] texts = [.. Enumerable.Range(0, count).Select(row => string.Join(' ', Enumerable.Range(0, length - 2).Select(i => $"piece{SmallestId + row * length + i}")))];
        return Measure(() => _classifier.Classify(texts), time);
    }

    public void Dispose() => _classifier.Dispose();

    private static double Measure(Action call, TimeSpan time)
    {
        call(); // warms
        List<double> seconds = [];
        for (long begin = Stopwatch.GetTimestamp(); seconds.Count == 0 || Stopwatch.GetElapsedTime(begin) < time;)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return Samples.Median(seconds);
    }
}
