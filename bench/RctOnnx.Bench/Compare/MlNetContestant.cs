using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using RctOnnx.Bench.Figures;

namespace RctOnnx.Bench.Compare;

/// <summary>ML.NET's pipeline around a model file: ApplyOnnxModel over rows of one fixed shape, on the portable graph.</summary>
internal sealed class MlNetContestant : IContestant
{
    private const int Length = 128; // its columns have a fixed size

    private readonly MLContext _context = new();
    private readonly ITransformer _model;
    private readonly PaddedTexts _padded;
    private readonly IReadOnlyList<string> _texts;
    private readonly int _largestCount;

    public MlNetContestant(string model, Precision precision, string vocabularyFile, bool lowerCase, IReadOnlyList<string> texts, int largestCount)
    {
        (Precision, _padded, _texts, _largestCount) = (precision, new PaddedTexts(vocabularyFile, lowerCase, Length), texts, largestCount);
        string[] inputs = ["input_ids", "attention_mask", "token_type_ids"];
        Dictionary<string, int[]> shapes = inputs.ToDictionary(name => name, _ => new[] { 1, Length });
        _model = _context.Transforms.ApplyOnnxModel(["logits"], inputs, model, shapes, recursionLimit: 100).Fit(_context.Data.LoadFromEnumerable<Row>([]));
    }

    public string Name => "ML.NET, ApplyOnnxModel";

    public Precision Precision { get; }

    public string Settings => $"BertTokenizer, padded to {Length}, a row at a time, defaults";

    public ContestantRole Role => ContestantRole.Peer;

    public Pass Run(int count)
    {
        string[] texts = [.. _texts.Take(Math.Min(count, _largestCount))];
        long start = Stopwatch.GetTimestamp();
        Row[] rows = [.. texts.Select(text => _padded.Encode(text)).Select(row => new Row { Ids = row.Ids, Mask = row.Mask })];
        double tokenised = Stopwatch.GetElapsedTime(start).TotalSeconds;
        IDataView answers = _model.Transform(_context.Data.LoadFromEnumerable(rows));
        int[] labels = [.. _context.Data.CreateEnumerable<Answer>(answers, reuseRowObject: true).Select(answer => Samples.IndexOfLargest(answer.Logits))];
        double whole = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Pass(texts.Length, whole, whole - tokenised, labels);
    }

    public void Dispose() => (_model as IDisposable)?.Dispose();

    private sealed class Row
    {
        [ColumnName("input_ids"), VectorType(1, Length)]
        public required long[] Ids { get; init; }

        [ColumnName("attention_mask"), VectorType(1, Length)]
        public required long[] Mask { get; init; }

        [ColumnName("token_type_ids"), VectorType(1, Length)]
        public long[] Types { get; init; } = new long[Length];
    }

    private sealed class Answer
    {
        [ColumnName("logits")]
        public float[] Logits { get; set; } = [];
    }
}
