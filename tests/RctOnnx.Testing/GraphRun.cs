using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;

namespace RctOnnx.Testing;

/// <summary>Runs an emitted graph in ONNX Runtime.</summary>
public sealed class GraphRun : IDisposable
{
    private readonly InferenceSession _session;
    private readonly GraphDialect _dialect;

    /// <summary>Emits the graph and opens a session.</summary>
    public GraphRun(ModelArtifact artifact, GraphDialect dialect, bool pairs = false, int threads = 1,
        GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
        : this(EncoderGraph.Emit(artifact, dialect, pairs), dialect, threads, level) { }

    /// <summary>Opens a session over a serialised model.</summary>
    public GraphRun(byte[] model, GraphDialect dialect, int threads = 1, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads, GraphOptimizationLevel = level, EnableMemoryPattern = false };
        if (dialect != GraphDialect.Portable) options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
        _session = new InferenceSession(model, options);
        _dialect = dialect;
    }

    /// <summary>Rows of ids, padded with 0 to <paramref name="width"/> where the dialect has a mask.</summary>
    public float[] Run(int[][] rows, string output = "logits", int width = 0, int[][]? types = null)
    {
        width = Math.Max(width, rows.Max(row => row.Length));
        long[] shape = [rows.Length, width];
        List<(string, OrtValue)> inputs = [];
        if (_dialect == GraphDialect.Portable)
        {
            inputs.Add(("input_ids", Longs(rows, shape)));
            inputs.Add(("attention_mask", Longs([.. rows.Select(row => row.Select(_ => 1).ToArray())], shape)));
            inputs.Add(("token_type_ids", Longs(types ?? [], shape)));
        }
        else
        {
            inputs.Add(("input_ids", OrtValue.CreateTensorValueFromMemory(rows.SelectMany(row => row).ToArray(), shape)));
            if (types is not null)
                inputs.Add(("token_type_ids", OrtValue.CreateTensorValueFromMemory(types.SelectMany(row => row).ToArray(), shape)));
        }
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, [.. inputs.Select(i => i.Item1)], [.. inputs.Select(i => i.Item2)], [output]);
        foreach ((_, OrtValue value) in inputs) value.Dispose();
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static OrtValue Longs(int[][] rows, long[] shape)
    {
        long[] values = new long[shape[0] * shape[1]];
        for (int row = 0; row < rows.Length; row++)
            for (int i = 0; i < rows[row].Length; i++) values[row * shape[1] + i] = rows[row][i];
        return OrtValue.CreateTensorValueFromMemory(values, shape);
    }
}
