using System.Runtime.Intrinsics;
using RctOnnx.Train.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Kernels;

/// <summary>Gradients of parameters that a hand-written backward pass adds up, as autograd does: they are set the first time and summed after that.</summary>
internal static unsafe class GradientSink
{
    /// <summary>For a matrix [rows, width] from bf16 [rows, stride].</summary>
    public static void AddMatrix(Parameter parameter, ushort* source, int stride)
    {
        (int rows, int width) = ((int)parameter.shape[0], (int)parameter.shape[1]);
        using Tensor target = Target(parameter, out bool isNew);
        float* to = TensorMemory.FloatPointer(target);
        Team.ForRows(rows, Parts.Count, (_, first, end) => WeightRows.Widen(first, end, width, source, stride, to, !isNew));
        if (isNew) parameter.grad = target;
    }

    /// <summary>For a vector from sums of parts, each <paramref name="stride"/> after the one before.</summary>
    public static void AddVector(Parameter parameter, float* sums, int stride)
    {
        using Tensor target = Target(parameter, out bool isNew);
        Span<float> to = TensorMemory.Floats(target);
        for (int at = 0; at < to.Length; at += Vector512<float>.Count)
        {
            Vector512<float> sum = Vector512<float>.Zero;
            for (int part = 0; part < Parts.Count; part++) sum += Vector512.Load(sums + (nint)part * stride + at);
            (isNew ? sum : sum + Vector512.Create((ReadOnlySpan<float>)to[at..])).CopyTo(to[at..]);
        }
        if (isNew) parameter.grad = target;
    }

    private static Tensor Target(Parameter parameter, out bool isNew)
    {
        Tensor? there = parameter.grad;
        isNew = there is null;
        return there ?? empty(parameter.shape);
    }
}
