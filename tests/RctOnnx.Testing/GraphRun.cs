using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RctOnnx.Kernels;
using RctOnnx.Onnx;

namespace RctOnnx.Testing;

/// <summary>Runs an emitted graph in ONNX Runtime on CPU. Inputs are filled by their names, whichever of them the graph has.</summary>
public sealed class GraphRun : IDisposable
{
    private readonly InferenceSession _session;

    /// <summary>Emits the graph and opens a session.</summary>
    public GraphRun(ModelArtifact artifact, GraphDialect dialect, bool pairs = false, int threads = 1,
        GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
        : this(EncoderGraph.Emit(artifact, dialect, pairs), dialect, threads, level) { }

    /// <summary>Emits the graph of one shape and opens a session.</summary>
    public GraphRun(ModelArtifact artifact, GraphDialect dialect, StaticShape shape, bool pairs = false)
        : this(EncoderGraph.EmitStatic(artifact, dialect, shape, pairs), dialect) { }

    /// <summary>Opens a session over a serialised model.</summary>
    public GraphRun(byte[] model, GraphDialect dialect, int threads = 1, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads, GraphOptimizationLevel = level, EnableMemoryPattern = false };
        if (dialect != GraphDialect.Portable) options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
        _session = EncoderGraph.HasOwnOperators(dialect) ? OwnOperators.Open(options, with => new(model, with)) : new(model, options);
    }

    /// <summary>
    /// Rows of ids, padded with 0 to <paramref name="width"/>, or to the fixed length of the graph and with rows of one token to
    /// its batch. The output of the rows given, in row-major order.
    /// </summary>
    public float[] Run(int[][] rows, string output = "logits", int width = 0, int[][]? types = null)
    {
        int[] dimensions = _session.InputMetadata["input_ids"].Dimensions;
        width = dimensions[1] > 0 ? dimensions[1] : Math.Max(width, rows.Max(row => row.Length));
        int batch = dimensions[0] > 0 ? dimensions[0] : rows.Length;
        int[][] all = [.. rows, .. Enumerable.Repeat<int[]>([0], batch - rows.Length)];
        long[] shape = [batch, width];
        string[] names = [.. _session.InputMetadata.Keys];
        if (!names.Contains("attention_mask") && !names.Contains("lengths") && !names.Contains("additive_mask") && all.Any(row => row.Length != width))
            throw new ArgumentException("The graph has no mask: every row must have the same length.", nameof(rows));
        OrtValue[] inputs = [.. names.Select(name => name switch
        {
            "input_ids" => Whole(name, shape, Cells(all, width, row => row)),
            "attention_mask" => Whole(name, shape, Cells(all, width, row => [.. row.Select(_ => 1)])),
            "lengths" => Whole(name, [batch], [.. all.Select(row => row.Length)]),
            "additive_mask" => OrtValue.CreateTensorValueFromMemory(
                Cells(all, width, row => [.. row.Select(_ => 1)]).Select(shown => shown == 1 ? 0 : AttentionMask.Hidden).ToArray(), [batch, 1, 1, width]),
            _ => Whole(name, shape, Cells([.. types ?? [], .. Enumerable.Repeat<int[]>([], batch - (types?.Length ?? 0))], width, row => row)),
        })];
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, names, inputs, [output]);
        foreach (OrtValue value in inputs) value.Dispose();
        ReadOnlySpan<float> values = results[0].GetTensorDataAsSpan<float>();
        return values[..(values.Length / batch * rows.Length)].ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static int[] Cells(int[][] rows, int width, Func<int[], int[]> values)
    {
        int[] cells = new int[rows.Length * width];
        for (int row = 0; row < rows.Length; row++) values(rows[row]).CopyTo(cells, row * width);
        return cells;
    }

    private OrtValue Whole(string name, long[] shape, int[] values) => _session.InputMetadata[name].ElementDataType == TensorElementType.Int64
        ? OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(values, value => (long)value), shape)
        : OrtValue.CreateTensorValueFromMemory(values, shape);
}
