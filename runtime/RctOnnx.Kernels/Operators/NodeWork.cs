using System.Runtime.InteropServices;

namespace RctOnnx.Kernels;

/// <summary>One run of a node: shapes checked, outputs made, the kernel called for pieces on the session's threads.</summary>
internal static unsafe class NodeWork
{
    /// <summary>Rows of a piece: some microseconds of work.</summary>
    private const int PieceRows = 16;

    /// <exception cref="InvalidOperationException">The inputs do not fit together.</exception>
    public static void Run(NodeState* node, void* context)
    {
        switch (node->Kind)
        {
            case OperatorKind.Attention or OperatorKind.AttentionToUint8:
                Attention(node, context);
                break;
            case OperatorKind.AddNorm or OperatorKind.AddNormToUint8:
                AddNorm(node, context);
                break;
            default:
                Activation(node, context);
                break;
        }
    }

    private static void Attention(NodeState* node, void* context)
    {
        NodeInputs inputs = new(context);
        Span<long> asking = stackalloc long[4], keeping = stackalloc long[4];
        float* queries = inputs.Matrix(0, asking, out int rank), keys = inputs.Matrix(1, keeping, out int keyRank);
        // One matrix of queries, keys and values, given twice, or queries and a matrix of keys and values.
        long width = asking[2] == keeping[2] ? asking[2] / 3 : asking[2];
        bool together = asking[2] == keeping[2];
        if (rank != 3 || keyRank != 3 || asking[0] != keeping[0] || keeping[1] < 1 || (together ? 3 : 2) * width != keeping[2] || width % node->HeadCount != 0)
            throw new InvalidOperationException($"Queries [{Text(asking, rank)}], keys and values [{Text(keeping, keyRank)}] and {node->HeadCount} heads do not fit together.");
        AttentionShape shape = new((nint)asking[0], (int)asking[1], (int)keeping[1], node->HeadCount, (int)(width / node->HeadCount),
            (nint)asking[2], (nint)keeping[2], together ? (nint)width : 0);
        bool quantized = node->Kind == OperatorKind.AttentionToUint8;
        RowSink output = Sink(context, inputs, 0, quantized ? 3 : -1, !quantized, [asking[0], asking[1], width]);
        AttentionWork work = new() { Shape = shape, Queries = queries, QueryBias = inputs.Vector(2, width), Keys = keys, Output = output };
        OrtApi.ParallelFor(context, &AttentionPiece, shape.Batch * shape.HeadCount, &work);
    }

    private static void AddNorm(NodeState* node, void* context)
    {
        NodeInputs inputs = new(context);
        Span<long> shape = stackalloc long[4], other = stackalloc long[4];
        float* input = inputs.Matrix(0, shape, out int rank), residual = inputs.Matrix(1, other, out int otherRank);
        long width = rank > 0 ? shape[rank - 1] : 0, rows = Product(shape[..Math.Max(rank - 1, 0)]), otherRows = Product(other[..Math.Max(otherRank - 1, 0)]);
        if (width < 1 || otherRank < 1 || other[otherRank - 1] != width || (rows > 0 && (otherRows < 1 || rows % otherRows != 0)))
            throw new InvalidOperationException($"The input [{Text(shape, rank)}] and the residual [{Text(other, otherRank)}] do not fit together.");
        bool quantized = node->Kind == OperatorKind.AddNormToUint8;
        AddNormWork work = new()
        {
            Input = input,
            Residual = residual,
            ResidualRows = (nint)otherRows,
            Rows = (nint)rows,
            Width = (int)width,
            Epsilon = node->Epsilon,
            Bias = inputs.Vector(2, width),
            Scale = inputs.RequiredVector(3, width),
            Shift = inputs.RequiredVector(4, width),
            Output = Sink(context, inputs, quantized ? 1 : -1, quantized ? 5 : -1, floats: true, shape[..rank]),
        };
        OrtApi.ParallelFor(context, &AddNormPiece, (work.Rows + PieceRows - 1) / PieceRows, &work);
    }

    private static void Activation(NodeState* node, void* context)
    {
        NodeInputs inputs = new(context);
        Span<long> shape = stackalloc long[4];
        float* input = inputs.Matrix(0, shape, out int rank);
        if (rank < 1 || shape[rank - 1] < 1) throw new InvalidOperationException($"The input [{Text(shape, rank)}] has no rows.");
        bool quantized = node->Kind == OperatorKind.ActivationToUint8;
        ActivationWork work = new()
        {
            Function = node->Function,
            Input = input,
            Rows = (nint)Product(shape[..(rank - 1)]),
            Width = (int)shape[rank - 1],
            Bias = inputs.Vector(1, shape[rank - 1]),
            Output = Sink(context, inputs, 0, quantized ? 2 : -1, !quantized, shape[..rank]),
        };
        OrtApi.ParallelFor(context, &ActivationPiece, (work.Rows + PieceRows - 1) / PieceRows, &work);
    }

    private static RowSink Sink(void* context, NodeInputs inputs, int byteOutput, int scaleInput, bool floats, ReadOnlySpan<long> dimensions)
    {
        float* numbers = floats ? (float*)OrtApi.Data(OrtApi.Output(context, 0, dimensions)) : null;
        if (scaleInput < 0) return new RowSink(numbers, null, 0, 0);
        (float inverse, byte zero) = inputs.Quantization(scaleInput);
        return new RowSink(numbers, (byte*)OrtApi.Data(OrtApi.Output(context, byteOutput, dimensions)), inverse, zero);
    }

    [UnmanagedCallersOnly]
    private static void AttentionPiece(void* state, nuint index)
    {
        AttentionWork* work = (AttentionWork*)state;
        AttentionKernel.Run(work->Shape, work->Queries, work->QueryBias, work->Keys, (nint)index, work->Output);
    }

    [UnmanagedCallersOnly]
    private static void AddNormPiece(void* state, nuint index)
    {
        AddNormWork* work = (AddNormWork*)state;
        nint first = (nint)index * PieceRows;
        AddNormKernel.Run(work->Input, work->Residual, work->ResidualRows, work->Bias, work->Scale, work->Shift, work->Epsilon,
            first, nint.Min(first + PieceRows, work->Rows), work->Width, work->Output);
    }

    [UnmanagedCallersOnly]
    private static void ActivationPiece(void* state, nuint index)
    {
        ActivationWork* work = (ActivationWork*)state;
        nint first = (nint)index * PieceRows;
        ActivationKernel.Run(OwnOperators.Activations[work->Function], work->Input, work->Bias, first, nint.Min(first + PieceRows, work->Rows), work->Width, work->Output);
    }

    private static long Product(ReadOnlySpan<long> dimensions)
    {
        long product = 1;
        foreach (long dimension in dimensions) product *= dimension;
        return product;
    }

    private static string Text(ReadOnlySpan<long> dimensions, int rank) => string.Join(", ", dimensions[..Math.Min(rank, dimensions.Length)].ToArray());

    private struct AttentionWork
    {
        public AttentionShape Shape;
        public float* Queries, QueryBias, Keys;
        public RowSink Output;
    }

    private struct AddNormWork
    {
        public float* Input, Residual, Bias, Scale, Shift;
        public nint ResidualRows, Rows;
        public int Width;
        public float Epsilon;
        public RowSink Output;
    }

    private struct ActivationWork
    {
        public int Function, Width;
        public float* Input, Bias;
        public nint Rows;
        public RowSink Output;
    }
}
