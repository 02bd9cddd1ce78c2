using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace RctOnnx.Runtime;

/// <summary>The memory of a worker for the inputs and the output of its batches, which grows to the largest one. Used by one thread at a time.</summary>
internal sealed class RunBuffers(IReadOnlyList<(string Name, TensorElementType Type)> inputs) : IDisposable
{
    private readonly long[][] _cells = [.. inputs.Select(_ => Array.Empty<long>())]; // of int32 two in each
    private readonly OrtValue?[] _values = new OrtValue?[inputs.Count];
    private readonly OrtValue[] _outputs = new OrtValue[1];
    private readonly RunOptions _options = new();
    private float[] _output = [];

    /// <summary>Writes a batch into the inputs, runs it and returns the output, in the shape of <see cref="BatchAnswers.Shape"/>, valid until the next run.</summary>
    public ReadOnlySpan<float> Run(InferenceSession session, string[] inputNames, string[] outputNames, TokenRows rows, PlannedBatch batch, int padId, BatchAnswers answers)
    {
        int count = batch.Rows.Count, width = batch.Length, cells = checked(count * width), results = 1;
        long[] outputShape = answers.Shape(rows, batch);
        foreach (long extent in outputShape) results = checked(results * (int)extent);
        if (_output.Length < results) _output = GC.AllocateUninitializedArray<float>(results, pinned: true);
        long[] shape = [count, width];
        try
        {
            for (int i = 0; i < inputs.Count; i++)
            {
                (string name, TensorElementType type) = inputs[i];
                if (_cells[i].Length < cells) _cells[i] = GC.AllocateUninitializedArray<long>(cells, pinned: true);
                if (type == TensorElementType.Int64) Fill(_cells[i].AsSpan(0, cells), name, rows, batch, padId);
                else Fill(MemoryMarshal.Cast<long, int>(_cells[i].AsSpan())[..cells], name, rows, batch, padId);
                int size = type == TensorElementType.Int64 ? sizeof(long) : sizeof(int);
                _values[i] = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, Marshal.UnsafeAddrOfPinnedArrayElement(_cells[i], 0), (long)cells * size);
            }
            using OrtValue output = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, TensorElementType.Float, outputShape, Marshal.UnsafeAddrOfPinnedArrayElement(_output, 0), (long)results * sizeof(float));
            _outputs[0] = output;
            session.Run(_options, inputNames, _values!, outputNames, _outputs);
            return _output.AsSpan(0, results);
        }
        finally
        {
            foreach (OrtValue? value in _values) value?.Dispose();
        }
    }

    public void Dispose() => _options.Dispose();

    private static void Fill<T>(Span<T> cells, string name, TokenRows rows, PlannedBatch batch, int padId)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (int i = 0, start = 0; i < batch.Rows.Count; i++, start += batch.Length)
        {
            int row = batch.Rows[i];
            ReadOnlySpan<int> ids = rows.Ids(row);
            Span<T> target = cells.Slice(start, batch.Length);
            switch (name)
            {
                case "input_ids":
                    Convert(ids, target, T.CreateTruncating(padId));
                    break;
                case "attention_mask":
                    target[..ids.Length].Fill(T.One);
                    target[ids.Length..].Clear();
                    break;
                default:
                    Convert(rows.Types(row), target, T.Zero);
                    break;
            }
        }
    }

    private static void Convert<T>(ReadOnlySpan<int> source, Span<T> target, T rest)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (int i = 0; i < source.Length; i++) target[i] = T.CreateTruncating(source[i]);
        target[source.Length..].Fill(rest);
    }
}
