using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Kernels;

/// <summary>The vector code of a layer over whole tensors, on all threads. Matrices are contiguous; shapes are those of the callers.</summary>
internal static unsafe class LayerKernels
{
    /// <summary>An empty bf16 matrix.</summary>
    public static Tensor Halves(long rows, long width) => empty(rows, width, ScalarType.BFloat16);

    /// <summary>An empty fp32 matrix.</summary>
    public static Tensor Floats(long rows, long width) => empty(rows, width, ScalarType.Float32);

    /// <summary>Weights [inputs, outputs] side by side in bf16, [inputs, all outputs].</summary>
    public static Tensor Narrow(params ReadOnlySpan<Parameter> weights)
    {
        (int inputs, int outputs) = ((int)weights[0].shape[0], (int)weights[0].shape[1]);
        int stride = outputs * weights.Length;
        Tensor joined = Halves(inputs, stride);
        for (int i = 0; i < weights.Length; i++)
        {
            float* from = TensorMemory.FloatPointer(weights[i]);
            ushort* to = TensorMemory.BFloat16Pointer(joined) + i * outputs;
            Team.ForRows(inputs, Parts.Count, (_, first, end) => WeightRows.Narrow(first, end, outputs, from, to, stride));
        }
        return joined;
    }

    /// <summary>A part of [tokens, stride] to [texts · heads, tokens of a text, head width], with bias and scale.</summary>
    public static Tensor Split(HeadRows heads, Tensor projected, int index, Parameter? bias, float scale)
    {
        Tensor split = empty([(long)heads.RowCount * heads.HeadCount, heads.Length, heads.HeadWidth], ScalarType.BFloat16);
        int stride = (int)projected.shape[1];
        ushort* from = TensorMemory.BFloat16Pointer(projected) + index * heads.Width, to = TensorMemory.BFloat16Pointer(split);
        float* added = bias is null ? null : TensorMemory.FloatPointer(bias);
        Team.ForRows(heads.TokenCount, Parts.Count, (_, first, end) => heads.Split(first, end, from, stride, added, scale, to));
        return split;
    }

    /// <summary>The way back into a part of [tokens, stride]; sums over the tokens are the gradient of a bias.</summary>
    public static void Merge(HeadRows heads, Tensor parts, float scale, Tensor projected, int index, Parameter? bias)
    {
        using Tensor sums = Floats(Parts.Count, heads.Width);
        (int stride, int width) = ((int)projected.shape[1], heads.Width);
        ushort* from = TensorMemory.BFloat16Pointer(parts), to = TensorMemory.BFloat16Pointer(projected) + index * width;
        float* total = bias is null ? null : TensorMemory.FloatPointer(sums);
        Team.ForRows(heads.TokenCount, Parts.Count, (part, first, end) =>
            heads.Merge(first, end, from, scale, to, stride, total == null ? null : total + part * width));
        if (bias is not null) GradientSink.AddVector(bias, total, width);
    }

    /// <summary>Scores [texts · heads, queries, keys] to shares, in place; gives the shares after dropout.</summary>
    public static Tensor Softmax(Tensor scores, Tensor? mask, int rowsPerText, DropoutRule rule)
    {
        Tensor dropped = empty_like(scores);
        (int rows, int length) = ((int)(scores.shape[0] * scores.shape[1]), (int)scores.shape[2]);
        ushort* s = TensorMemory.BFloat16Pointer(scores), d = TensorMemory.BFloat16Pointer(dropped);
        float* m = mask is null ? null : TensorMemory.FloatPointer(mask);
        Team.ForRows(rows, Parts.Count, (_, first, end) => AttentionRows.Forward(first, end, length, s, m, rowsPerText, rule, d));
        return dropped;
    }

    /// <summary>The gradient of the shares after dropout to that of the scores, in place.</summary>
    public static void SoftmaxBackward(Tensor shares, DropoutRule rule, Tensor gradient)
    {
        (int rows, int length) = ((int)(shares.shape[0] * shares.shape[1]), (int)shares.shape[2]);
        ushort* s = TensorMemory.BFloat16Pointer(shares), g = TensorMemory.BFloat16Pointer(gradient);
        Team.ForRows(rows, Parts.Count, (_, first, end) => AttentionRows.Backward(first, end, length, s, rule, g));
    }

    /// <summary>norm(dropout(product + bias) + residual), fp32, and in bf16 where wanted; what the backward pass needs comes out beside it.</summary>
    public static Tensor Normalize(
        Tensor product, Parameter bias, DropoutRule rule, Tensor residual, NormLayer norm, Tensor? halves, out Tensor normed, out Tensor factors)
    {
        (int rows, int width) = ((int)product.shape[0], (int)product.shape[1]);
        (Tensor output, normed, factors) = (Floats(rows, width), Floats(rows, width), empty(rows, ScalarType.Float32));
        ushort* p = TensorMemory.BFloat16Pointer(product), h = halves is null ? null : TensorMemory.BFloat16Pointer(halves);
        float* b = TensorMemory.FloatPointer(bias), r = TensorMemory.FloatPointer(residual), s = TensorMemory.FloatPointer(norm.Weight), t = TensorMemory.FloatPointer(norm.Bias);
        float* n = TensorMemory.FloatPointer(normed), f = TensorMemory.FloatPointer(factors), o = TensorMemory.FloatPointer(output);
        float epsilon = (float)norm.Epsilon;
        Team.ForRows(rows, Parts.Count, (_, first, end) => NormRows.Forward(first, end, width, p, b, rule, r, s, t, epsilon, n, f, o, h));
        return output;
    }

    /// <summary>Gradients of <see cref="Normalize"/>: of the residual (fp32) and of the product (bf16) into the last two.</summary>
    public static void NormalizeBackward(
        Tensor gradient, Tensor? more, Tensor normed, Tensor factors, NormLayer norm, DropoutRule rule, Parameter bias, Tensor residual, Tensor product)
    {
        (int rows, int width) = ((int)normed.shape[0], (int)normed.shape[1]);
        using Tensor sums = Floats(Parts.Count, 3 * width);
        float* g = TensorMemory.FloatPointer(gradient), n = TensorMemory.FloatPointer(normed), f = TensorMemory.FloatPointer(factors), s = TensorMemory.FloatPointer(norm.Weight);
        float* r = TensorMemory.FloatPointer(residual), total = TensorMemory.FloatPointer(sums);
        ushort* m = more is null ? null : TensorMemory.BFloat16Pointer(more), p = TensorMemory.BFloat16Pointer(product);
        Team.ForRows(rows, Parts.Count, (part, first, end) =>
            NormRows.Backward(first, end, width, g, m, n, f, s, rule, r, p, total + part * 3 * width));
        GradientSink.AddVector(norm.Weight, total, 3 * width);
        GradientSink.AddVector(norm.Bias, total + width, 3 * width);
        GradientSink.AddVector(bias, total + 2 * width, 3 * width);
    }

    /// <summary>f(product + bias); the product becomes the argument of f.</summary>
    public static Tensor Activate(Activation activation, Tensor product, Parameter bias)
    {
        (int rows, int width) = ((int)product.shape[0], (int)product.shape[1]);
        Tensor output = empty_like(product);
        ActivationTable function = ActivationRows.Tables(activation).Function;
        ushort* p = TensorMemory.BFloat16Pointer(product), o = TensorMemory.BFloat16Pointer(output);
        float* b = TensorMemory.FloatPointer(bias);
        Team.ForRows(rows, Parts.Count, (_, first, end) => ActivationRows.Forward(function, first, end, width, p, b, o));
        return output;
    }

    /// <summary>The gradient of f's value to that of its argument, in place.</summary>
    public static void ActivateBackward(Activation activation, Tensor argument, Parameter bias, Tensor gradient)
    {
        (int rows, int width) = ((int)argument.shape[0], (int)argument.shape[1]);
        using Tensor sums = Floats(Parts.Count, width);
        ActivationTable slope = ActivationRows.Tables(activation).Slope;
        ushort* a = TensorMemory.BFloat16Pointer(argument), g = TensorMemory.BFloat16Pointer(gradient);
        float* total = TensorMemory.FloatPointer(sums);
        Team.ForRows(rows, Parts.Count, (part, first, end) => ActivationRows.Backward(slope, first, end, width, a, g, total + part * width));
        GradientSink.AddVector(bias, total, width);
    }

    /// <summary>Adds the weight gradients of inputs [tokens, inputs] and output gradients [tokens, all outputs].</summary>
    public static void AddWeightGradients(Tensor input, Tensor gradient, params ReadOnlySpan<Parameter> weights)
    {
        using Tensor transposed = input.t(), product = mm(transposed, gradient);
        int stride = (int)product.shape[1], outputs = stride / weights.Length;
        for (int i = 0; i < weights.Length; i++) GradientSink.AddMatrix(weights[i], TensorMemory.BFloat16Pointer(product) + i * outputs, stride);
    }

    /// <summary>fp32 rows, each <paramref name="apart"/> rows after the one before, plus bf16 rows: fp32 [rows of the latter, width]; the rows between are zero in the former.</summary>
    public static Tensor Sum(Tensor left, int apart, Tensor right)
    {
        (int rows, int width) = ((int)right.shape[0], (int)right.shape[1]);
        Tensor sum = Floats(rows, width);
        float* l = TensorMemory.FloatPointer(left), s = TensorMemory.FloatPointer(sum);
        ushort* r = TensorMemory.BFloat16Pointer(right);
        Team.ForRows(rows, Parts.Count, (_, first, end) =>
        {
            for (int row = first; row < end; row++)
                WeightRows.Add(width, row % apart == 0 ? l + (nint)(row / apart) * width : null, r + (nint)row * width, s + (nint)row * width);
        });
        return sum;
    }
}
