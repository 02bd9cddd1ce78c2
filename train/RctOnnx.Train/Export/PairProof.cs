using Microsoft.ML.OnnxRuntime;
using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Export;

/// <summary>
/// As <see cref="ExportProof"/> for models that read pairs by two encoders: the file with both encoders, alone and in padded batches, and the
/// encoders one by one in the dialects that a CPU runs, with the head behind them, at every optimisation level.
/// </summary>
internal sealed class PairProof
{
    private const int ProbeCount = 4, BatchSize = 7, LongestTried = 128;
    private static readonly int[] Lengths = [3, 4, 8, 17, 33, 64, LongestTried];

    private readonly ModelArtifact _artifact;
    private readonly int _padId, _threads;
    private readonly List<(int[] First, int[] Second, float[] Logits)> _rows;
    private readonly SortedSet<string> _shapes = [];
    private readonly TextPair[] _pairs;
    private double _largest;

    /// <summary>Computes the answers of TorchSharp in fp32.</summary>
    public PairProof(ModelArtifact artifact, ModelExportOptions more, CancellationToken token = default)
    {
        (_artifact, _threads, _pairs) = (artifact, more.Threads, [.. ProofTexts.BuiltInPairs, .. more.Pairs]);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(artifact.Vocabulary, artifact.Tokenizer);
        _padId = tokenizer.PadId;
        EncodeOptions options = new() { MaxLength = Math.Min(artifact.MaxLength, LongestTried) };
        Random random = new(1);
        int[][] drawn = [.. Lengths.Where(length => length <= options.MaxLength).Select(length => ExportProof.Draw(random, tokenizer, length))];
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = ClassifierModel.Of(artifact);
        model.LoadWeights(artifact.Weights);
        model.eval();
        using IDisposable noGradient = no_grad();
        _rows = [.. _pairs.Select(pair => Answer(tokenizer.Encode(pair.First, null, options).Ids, tokenizer.Encode(pair.Second, null, options).Ids)),
            .. drawn.SelectMany((ids, i) => new[] { Answer(ids, drawn[(i + 1) % drawn.Length]), Answer(ids, ids) })];
        Probes = [.. _pairs.Zip(_rows).Where(pair => pair.First is { First.Length: > 0, Second.Length: > 0 }).Take(ProbeCount).Select(pair => new Probe(pair.First.First, pair.Second.First, pair.Second.Logits) { Pair = pair.First.Second, PairIds = pair.Second.Second })];

        (int[], int[], float[]) Answer(int[] first, int[] second)
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope row = NewDisposeScope();
            return (first, second, BatchTensors.Of(TokenBatch.Of([first], _padId) with { Second = TokenBatch.Of([second], _padId) }, CPU).Forward(model).data<float>().ToArray());
        }
    }

    /// <summary>Pairs with their answers, for the model file.</summary>
    public IReadOnlyList<Probe> Probes { get; }

    /// <summary>Runs a model file and the dialects that are emitted from the artifact.</summary>
    /// <exception cref="GateException">An answer differs by more than the tolerance, is no number, or names another label.</exception>
    public Proof Run(string modelPath, CancellationToken token = default)
    {
        GraphDialect[] dialects = OwnOperators.IsSupported ? [GraphDialect.CpuFp32, GraphDialect.CpuFp32Avx512] : [GraphDialect.CpuFp32];
        foreach (GraphOptimizationLevel level in ExportProof.Levels)
        {
            using (PairFileRunner file = new(modelPath, level, _threads))
            {
                for (int i = 0; i < _rows.Count; i++)
                {
                    token.ThrowIfCancellationRequested();
                    InFile(file, [_rows[i]], level);
                    if (i % BatchSize == 0) InFile(file, [.. _rows.Skip(i).Take(BatchSize)], level);
                }
            }
            foreach (GraphDialect dialect in dialects) OneByOne(dialect, level, token);
        }
        return ExportProof.ProofOf(_largest, 1, 0, _pairs.Length, _shapes, dialects);
    }

    private void InFile(PairFileRunner file, (int[] First, int[] Second, float[] Logits)[] rows, GraphOptimizationLevel level)
    {
        _shapes.Add($"{rows.Length} x {rows.Max(row => row.First.Length)} + {rows.Max(row => row.Second.Length)}");
        float[] found = file.Run([.. rows.Select(row => row.First)], [.. rows.Select(row => row.Second)], _padId);
        int labels = _artifact.Labels.Count;
        for (int i = 0; i < rows.Length; i++) Compare(rows[i].Logits, found.AsSpan(i * labels, labels), $"{GraphDialect.Portable} at {level}, pair {i} of {rows.Length}");
    }

    private void OneByOne(GraphDialect dialect, GraphOptimizationLevel level, CancellationToken token)
    {
        OnnxGraphRunnerOptions options = new() { Threads = _threads, Output = "features", OptimizationLevel = level, FuseSkipLayerNorm = false, OwnOperators = EncoderGraph.HasOwnOperators(dialect) };
        using OnnxGraphRunner first = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(PairViews.Encoder(_artifact, second: false), dialect), options);
        using OnnxGraphRunner second = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(PairViews.Encoder(_artifact, second: true), dialect), options);
        using PairHead head = new(_artifact, level);
        int hidden = _artifact.Encoder.HiddenWidth;
        for (int i = 0; i < _rows.Count; i++)
        {
            token.ThrowIfCancellationRequested();
            (int[] a, int[] b, float[] expected) = _rows[i];
            float[] found = head.Run(first.Run([a], null, a.Length, _padId, hidden), second.Run([b], null, b.Length, _padId, hidden));
            Compare(expected, found, $"{dialect} at {level}, pair {i}");
        }
    }

    private void Compare(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where) =>
        _largest = Math.Max(_largest, ExportProof.Compare(_artifact.Tasks[0], expected, actual, where));
}
