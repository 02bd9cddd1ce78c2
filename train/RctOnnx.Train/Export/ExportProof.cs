using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Export;

/// <summary>
/// Compares the answers of a model in TorchSharp with those of its graphs in ONNX Runtime: every optimisation level, every
/// dialect that a CPU runs, texts, pairs and random ids of several lengths, alone and in batches.
/// </summary>
internal sealed class ExportProof
{
    /// <summary>The largest absolute difference of a logit that passes; relative above 1 for values of a regression.</summary>
    public const double Tolerance = 1e-4;

    private const int ProbeCount = 4;
    private const int ShortestPair = 4; // three special tokens and a piece
    private const int MixedRows = 50; // many lengths; all texts of a task would only add to the memory of the batch
    private const int LongestTried = 128; // longer rows repeat the same operators and cost seconds each, so that one alone has the full length
    private static readonly int[] Lengths = [3, 4, 8, 17, 33, 64, LongestTried];
    private static readonly int[] BatchSizes = [1, 5];

    /// <summary>The levels that are tried.</summary>
    internal static readonly GraphOptimizationLevel[] Levels =
    [
        GraphOptimizationLevel.ORT_DISABLE_ALL, GraphOptimizationLevel.ORT_ENABLE_BASIC,
        GraphOptimizationLevel.ORT_ENABLE_EXTENDED, GraphOptimizationLevel.ORT_ENABLE_ALL,
    ];

    private readonly ModelArtifact _artifact;
    private readonly int _padId, _threads;
    private readonly List<ProofRow> _texts, _random, _pairs, _randomPairs;
    private readonly SortedSet<(int Rows, int Width)> _shapes = [];
    private double _largest;
    private long _compared, _agreed;

    /// <summary>Computes the answers of TorchSharp in fp32.</summary>
    public ExportProof(ModelArtifact artifact, ModelExportOptions more, CancellationToken token = default)
    {
        (_artifact, _threads) = (artifact, more.Threads);
        string[] texts = [.. ProofTexts.BuiltIn, .. more.Texts];
        TextPair[] pairs = artifact.Encoder.TokenTypeCount < 2 || artifact.Document is not null ? [] : [.. ProofTexts.BuiltInPairs, .. more.Pairs];
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(artifact.Vocabulary, artifact.Tokenizer);
        _padId = tokenizer.PadId;
        int longest = Math.Min(artifact.MaxLength, LongestTried);
        EncodeOptions options = new() { MaxLength = longest };
        Random random = new(1);
        int[][] drawn = [.. Lengths.Where(length => length <= longest).SelectMany(length => Enumerable.Range(0, BatchSizes[^1]).Select(_ => Draw(random, tokenizer, length))),
            .. artifact.MaxLength > longest ? [Draw(random, tokenizer, artifact.MaxLength)] : Array.Empty<int[]>()];
        using DisposeScope scope = NewDisposeScope();
        using ProofModel model = new(artifact, tokenizer.MaskId);
        using IDisposable noGradient = no_grad();
        _texts = [.. texts.Select(text => Answer(tokenizer.Encode(text, options: options).Ids, null))];
        if (artifact.Document is { } rule)
        {
            DocumentTokenizer documents = new(tokenizer, rule, artifact.MaxLength);
            _texts.AddRange(ProofTexts.BuiltInDocuments.Concat(more.Documents).SelectMany(document => documents.Encode(document).Rows).Select(row => Answer(row.Ids, null)));
        }
        _random = [.. drawn.Select(ids => Answer(ids, null))];
        _pairs = [.. longest < ShortestPair ? [] : pairs.Select(pair => tokenizer.Encode(pair.First, pair.Second, options)).Select(pair => Answer(pair.Ids, pair.TypeIds))];
        _randomPairs = [.. pairs.Length == 0 ? [] : drawn.Where(ids => ids.Length >= ShortestPair && ids.Length <= longest).Select(ids => Answer(ids, Types(ids.Length, random.Next(2, ids.Length - 1))))];
        // Masks in texts are no mask tokens to a tokenizer, and an answer is as wide as the vocabulary.
        Probes = HasMasks ? [] : [.. texts.Zip(_texts).Where(pair => pair.First.Length > 0).Take(ProbeCount).Select(pair => new Probe(pair.First, pair.Second.Ids, pair.Second.Logits[^Width..]))];

        ProofRow Answer(int[] ids, int[]? types)
        {
            token.ThrowIfCancellationRequested();
            return model.Answer(ids, types);
        }
    }

    /// <summary>Texts with their answers, for the model file.</summary>
    public IReadOnlyList<Probe> Probes { get; }

    /// <summary>Runs a model file and the dialects that are emitted from the artifact.</summary>
    /// <exception cref="GateException">An answer differs by more than the tolerance, is no number, or names another label.</exception>
    public Proof Run(string modelPath, CancellationToken token = default)
    {
        OnnxGraphRunnerOptions asFile = new() { Threads = _threads, Output = IsHeadless ? "features" : "logits", PerToken = _artifact.IsPerToken };
        Each(level => OnnxGraphRunner.FromFile(modelPath, asFile with { OptimizationLevel = level }), GraphDialect.Portable, [_texts, _pairs], [_random, _randomPairs], token);
        GraphDialect[] dialects = OwnOperators.IsSupported ? [GraphDialect.CpuFp32, GraphDialect.CpuFp32Avx512] : [GraphDialect.CpuFp32];
        foreach (GraphDialect dialect in dialects)
        {
            OnnxGraphRunnerOptions asDialect = asFile with { PerToken = _artifact.IsPerToken && !HasMasks, AtMasks = HasMasks, FuseSkipLayerNorm = false, OwnOperators = EncoderGraph.HasOwnOperators(dialect) };
            byte[] graph = EncoderGraph.Emit(_artifact, dialect);
            Each(level => OnnxGraphRunner.FromBytes(graph, asDialect with { OptimizationLevel = level }), dialect, [_texts], [_random], token);
            if (_pairs.Count == 0) continue;
            graph = EncoderGraph.Emit(_artifact, dialect, pairs: true); // in the place of the first: a base-size graph is hundreds of megabytes
            Each(level => OnnxGraphRunner.FromBytes(graph, asDialect with { OptimizationLevel = level }), dialect, [_pairs], [_randomPairs], token);
        }
        return ProofOf(_largest, (double)_agreed / _compared, _texts.Count, _pairs.Count, _shapes.Select(shape => $"{shape.Rows} x {shape.Width}"), dialects);
    }

    /// <summary>The evidence as it stands in the file.</summary>
    internal static Proof ProofOf(double largest, double agreement, int texts, int pairs, IEnumerable<string> shapes, GraphDialect[] dialects) => new()
    {
        LargestDifference = largest,
        Tolerance = Tolerance,
        LabelAgreement = agreement,
        TextCount = texts,
        PairCount = pairs,
        Shapes = [.. shapes],
        OptimizationLevels = [.. Levels.Select(level => level.ToString())],
        Dialects = [nameof(GraphDialect.Portable), .. dialects.Select(dialect => dialect.ToString())],
        Versions = new Dictionary<string, string>
        {
            ["torchsharp"] = VersionOf(typeof(torch).Assembly),
            ["onnxruntime"] = OrtEnv.Instance().GetVersionString(),
        },
    };

    private void Each(Func<GraphOptimizationLevel, OnnxGraphRunner> open, GraphDialect dialect, List<ProofRow>[] texts, List<ProofRow>[] random, CancellationToken token)
    {
        foreach (GraphOptimizationLevel level in Levels)
        {
            token.ThrowIfCancellationRequested();
            using OnnxGraphRunner runner = open(level);
            foreach (ProofRow row in texts.SelectMany(rows => rows))
            {
                token.ThrowIfCancellationRequested();
                Compare(runner, [row], dialect, level);
            }
            foreach (IGrouping<int, ProofRow> rows in random.SelectMany(rows => rows.GroupBy(row => row.Ids.Length)))
                foreach (int size in BatchSizes.Where(size => size <= rows.Count())) Compare(runner, [.. rows.Take(size)], dialect, level);
            // Unequal lengths, and texts beside pairs, in one batch: the mask at work.
            if (runner.HasMask) Compare(runner, [.. texts.SelectMany(rows => rows.Take(MixedRows)), .. random.SelectMany(rows => rows.Take(2))], dialect, level);
        }
    }

    private void Compare(OnnxGraphRunner runner, ProofRow[] rows, GraphDialect dialect, GraphOptimizationLevel level)
    {
        int width = rows.Max(row => row.Ids.Length), labels = Width;
        _shapes.Add((rows.Length, width));
        int[]?[]? types = Array.Exists(rows, row => row.Types is not null) ? [.. rows.Select(row => row.Types)] : null;
        int[][]? reads = _artifact.IsPerToken ? [.. rows.Select(row => row.Reads!)] : null;
        float[] found = runner.Run([.. rows.Select(row => row.Ids)], types, width, _padId, labels, reads);
        int answer = 0;
        for (int i = 0; i < rows.Length; i++)
            for (int own = 0; own < rows[i].Logits.Length; own += labels)
                Compare(rows[i].Logits.AsSpan(own, labels), found.AsSpan(answer++ * labels, labels),
                    $"{dialect} at {level}, {(rows[i].Types is null ? "row" : "pair")} {i} of {rows.Length} x {width}{(rows[i].Reads is { } places ? $", token {places[own / labels]}" : "")}");
    }

    private void Compare(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where)
    {
        int first = 0;
        foreach (TaskDescription task in _artifact.Tasks)
        {
            int count = task.Labels.Count == 0 ? expected.Length : task.Labels.Count; // features, or the pieces of the vocabulary
            _largest = Math.Max(_largest, Compare(task, expected.Slice(first, count), actual.Slice(first, count), task.Name.Length == 0 ? where : $"{where}, task '{task.Name}'"));
            first += count;
        }
        _compared++;
        _agreed++;
    }

    /// <summary>The largest difference of the logits of a task, or of the features of an encoder.</summary>
    /// <exception cref="GateException">It is above the tolerance, or names another label.</exception>
    internal static double Compare(TaskDescription task, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where)
    {
        double largest = 0;
        for (int j = 0; j < expected.Length; j++)
        {
            double difference = Math.Abs((double)expected[j] - actual[j]);
            // Values have the unit of the data, which may be thousands.
            if (task.ProblemType == ProblemType.Regression) difference /= Math.Max(1, Math.Abs(expected[j]));
            if (!(difference <= Tolerance))
                throw new GateException($"The exported graph does not answer as the model: {where}, {(task.Labels.Count > 0 ? $"label '{task.Labels[j]}'" : $"{(task.ProblemType == ProblemType.MaskedLm ? "piece" : "feature")} {j}")}: TorchSharp {expected[j]}, ONNX Runtime {actual[j]}, allowed difference {Tolerance}. Nothing was written; please report it with the model's config.json.");
            largest = Math.Max(largest, difference);
        }
        if (!SameLabels(task, expected, actual))
            throw new GateException($"The exported graph names another label than the model: {where}. Nothing was written; please report it with the model's config.json.");
        return largest;
    }

    private bool HasMasks => _artifact.Head.Pooling == Pooling.Masks;

    private int Width => _artifact.AnswerWidth;

    private bool IsHeadless => _artifact.Head.Kind == HeadKind.None;

    private static bool SameLabels(TaskDescription task, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (task.Labels.Count == 0) return true; // features have no label: the tolerance says it all
        if (task.ProblemType is ProblemType.SingleLabel or ProblemType.Ordinal)
            return IndexOfLargest(expected) == IndexOfLargest(actual);
        if (task.ProblemType != ProblemType.MultiLabel) return true; // values, and logits that are compared with those of other tokens or pairs: the tolerance says it all
        for (int i = 0; i < expected.Length; i++)
            if (expected[i] > 0 != actual[i] > 0) return false;
        return true;
    }

    private static int IndexOfLargest(ReadOnlySpan<float> values)
    {
        int largest = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[largest]) largest = i;
        return largest;
    }

    /// <summary>Random ids between [CLS] and [SEP].</summary>
    internal static int[] Draw(Random random, WordPieceTokenizer tokenizer, int length)
    {
        int[] ids = new int[length];
        for (int i = 1; i < length - 1; i++)
        {
            do ids[i] = random.Next(tokenizer.VocabularySize);
            while (ids[i] == tokenizer.PadId);
        }
        (ids[0], ids[^1]) = (tokenizer.ClsId, tokenizer.SepId);
        return ids;
    }

    // [CLS] first [SEP] second [SEP]: the second text begins behind the first [SEP], wherever that is.
    private static int[] Types(int length, int second)
    {
        int[] types = new int[length];
        types.AsSpan(second).Fill(1);
        return types;
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version!.ToString();
}
