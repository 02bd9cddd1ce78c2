using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Train.Export;

/// <summary>The file of a model with two encoders as any ONNX runtime sees it: both texts in, logits out, padded rows with masks.</summary>
internal sealed class PairFileRunner : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();

    /// <exception cref="ModelFileException">ONNX Runtime refuses the file.</exception>
    public PairFileRunner(string path, GraphOptimizationLevel level, int threads)
    {
        using SessionOptions options = new() { GraphOptimizationLevel = level, IntraOpNumThreads = threads, EnableMemoryPattern = false, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            _session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFileException($"ONNX Runtime cannot open the model: {e.Message}", e);
        }
    }

    /// <summary>Logits of pairs, [pairs, labels].</summary>
    /// <param name="first">Token ids of the first texts.</param>
    /// <param name="second">Token ids of the second texts.</param>
    /// <param name="padId">Id that fills short rows.</param>
    public float[] Run(IReadOnlyList<int[]> first, IReadOnlyList<int[]> second, int padId)
    {
        List<string> names = [];
        List<OrtValue> values = [];
        try
        {
            foreach ((string side, IReadOnlyList<int[]> rows) in new[] { ("a_", first), ("b_", second) })
            {
                int width = rows.Max(row => row.Length);
                Add(side + "input_ids", rows, width, (row, i) => i < row.Length ? row[i] : padId);
                Add(side + "attention_mask", rows, width, (row, i) => i < row.Length ? 1 : 0);
                Add(side + "token_type_ids", rows, width, (_, _) => 0);
            }
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, names, values, ["logits"]);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }
        finally
        {
            foreach (OrtValue value in values) value.Dispose();
        }

        void Add(string name, IReadOnlyList<int[]> rows, int width, Func<int[], int, long> cell)
        {
            names.Add(name);
            values.Add(OrtValue.CreateTensorValueFromMemory<long>([.. rows.SelectMany(row => Enumerable.Range(0, width).Select(i => cell(row, i)))], [rows.Count, width]));
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
