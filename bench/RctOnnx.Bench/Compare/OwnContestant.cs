using System.Diagnostics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Bench.Compare;

/// <summary>This product as a user gets it: default options, all texts in one call.</summary>
internal sealed class OwnContestant : IContestant
{
    private readonly TextClassifier _classifier;
    private readonly IReadOnlyList<string> _texts;
    private readonly int[][] _rows;

    public OwnContestant(string path, ModelArtifact artifact, IReadOnlyList<string> texts, Precision precision)
    {
        (_texts, Precision) = (texts, precision);
        _classifier = TextClassifier.Load(path);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(artifact.Vocabulary, artifact.Tokenizer);
        _rows = [.. texts.Select(text => tokenizer.Encode(text, options: new EncodeOptions { MaxLength = artifact.MaxLength }).Ids)];
    }

    public string Name => "RctOnnx";

    public Precision Precision { get; }

    public string Settings => $"defaults: {Environment.ProcessorCount} workers × 1 thread";

    public ContestantRole Role => ContestantRole.Own;

    /// <summary>Real tokens of the texts, special tokens included.</summary>
    public IReadOnlyList<int> Lengths => [.. _rows.Select(row => row.Length)];

    public Pass Run(int count)
    {
        string[] texts = [.. _texts.Take(count)];
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<Classification> answers = _classifier.Classify(texts);
        double whole = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int[][] rows = _rows[..count];
        start = Stopwatch.GetTimestamp();
        _classifier.Engine.Logits(rows, CancellationToken.None);
        return new Pass(count, whole, Stopwatch.GetElapsedTime(start).TotalSeconds, [.. answers.Select(Label)]);
    }

    public void Dispose() => _classifier.Dispose();

    private int Label(Classification answer)
    {
        for (int i = 0; i < _classifier.Labels.Count; i++)
            if (_classifier.Labels[i] == answer.Label) return i;
        throw new UnreachableException();
    }
}
