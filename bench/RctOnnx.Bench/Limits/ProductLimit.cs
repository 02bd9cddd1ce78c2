using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RctOnnx.Bench.Compare;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Limits;

/// <summary>
/// What the processor can do with ONNX Runtime's kernels: the matrix products of the model alone, for the same tokens in the
/// same batches on the same threads as this product's engine.
/// </summary>
internal sealed class ProductLimit : IContestant
{
    private readonly InferenceSession _session;
    private readonly IReadOnlyList<int> _lengths;
    private readonly RunOptions _run = new();
    private readonly string[] _inputs;
    private readonly float[] _floats;
    private readonly byte[] _bytes;

    public ProductLimit(ModelArtifact artifact, IReadOnlyList<int> lengths, Precision precision)
    {
        (_lengths, Precision) = (lengths, precision);
        using SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, EnableMemoryPattern = false };
        _session = new InferenceSession(ProductGraph.Emit(artifact), options);
        _inputs = [.. _session.InputMetadata.Keys];
        // All inputs read the same values, whatever they are: the time of a product does not depend on them, but for denormal numbers.
        int largest = Math.Max(BatchTokens, lengths.Max()) * artifact.Encoder.IntermediateWidth;
        (_floats, _bytes) = (new float[largest], new byte[largest]);
        _floats.AsSpan().Fill(0.5f);
        _bytes.AsSpan().Fill(128);
    }

    private static int BatchTokens { get; } = new TextClassifierOptions().BatchTokens;

    public string Name => "matrix products alone";

    public Precision Precision { get; }

    public string Settings => $"equal lengths, {Environment.ProcessorCount} workers × 1 thread";

    public ContestantRole Role => ContestantRole.Limit;

    public Pass Run(int count)
    {
        List<PlannedBatch> batches = BatchPlanner.EqualLengths([.. _lengths.Take(count)], BatchTokens);
        long start = Stopwatch.GetTimestamp();
        Workers.Run(batches.Count, Environment.ProcessorCount, i => Multiply(batches[i].Rows.Count, batches[i].Length), CancellationToken.None);
        return new Pass(count, null, Stopwatch.GetElapsedTime(start).TotalSeconds, []);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private void Multiply(int rows, int length)
    {
        OrtValue[] inputs = [.. _inputs.Select(name => Input(_session.InputMetadata[name], rows, length))];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, _inputs, inputs, _session.OutputNames);
        }
        finally
        {
            foreach (OrtValue input in inputs) input.Dispose();
        }
    }

    private OrtValue Input(NodeMetadata input, int rows, int length)
    {
        long[] shape = [rows, input.Dimensions[1] == 1 ? 1 : length, input.Dimensions[2]];
        int count = (int)(shape[0] * shape[1] * shape[2]);
        return input.ElementDataType == TensorElementType.Float
            ? OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _floats.AsMemory(0, count), shape)
            : OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _bytes.AsMemory(0, count), shape);
    }
}
