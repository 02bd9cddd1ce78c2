namespace RctOnnx.Onnx;

/// <summary>
/// Query, key and value layers, or some of them, as one layer: columns side by side, queries scaled. The bias of the keys is
/// left out, since it cancels in the softmax.
/// </summary>
internal sealed record JoinedLayers
{
    /// <summary>[inputs, outputs of all]; null where the weights are int8.</summary>
    public float[]? Weights { get; private init; }

    /// <summary>[inputs, outputs of all]; null where the weights are fp32.</summary>
    public TensorData? Int8 { get; private init; }

    /// <summary>Scales of the int8 columns.</summary>
    public float[]? Scales { get; private init; }

    /// <summary>[outputs of all].</summary>
    public required float[] Bias { get; init; }

    /// <summary>Joins layers of the same input; int8 weights stay int8 where the product is.</summary>
    public static JoinedLayers Of(ModelArtifact artifact, IReadOnlyList<string> layers)
    {
        float scale = (float)CpuFolding.QueryScale(artifact.Encoder);
        float[] factors = [.. layers.Select(layer => layer.EndsWith(".query", StringComparison.Ordinal) ? scale : 1)];
        TensorData[] weights = [.. layers.Select(layer => artifact.Weights[TensorNames.Weight(layer)])];
        int rows = (int)weights[0].Shape[0], width = (int)weights[0].Shape[1], columns = width * layers.Count;
        float[] bias = [.. layers.SelectMany((layer, i) => layer.EndsWith(".key", StringComparison.Ordinal)
            ? new float[width]
            : CpuFolding.Scaled(artifact, TensorNames.Bias(layer), factors[i]))];
        if (!artifact.Inputs.ContainsKey(QuantizationPoints.InputOf(layers[0])))
            return new() { Bias = bias, Weights = Join([.. layers.Select((layer, i) => CpuFolding.Scaled(artifact, TensorNames.Weight(layer), factors[i]))], rows, width) };
        byte[] whole = Join([.. weights.Select(weight => weight.Bytes.ToArray())], rows, width);
        float[] scales = [.. weights.SelectMany((weight, i) => weight.Scales!.Values.Select(value => value * factors[i]))];
        return new() { Bias = bias, Int8 = TensorData.Quantized(whole, [rows, columns], new QuantizationScales(1, scales)), Scales = scales };
    }

    private static T[] Join<T>(T[][] matrices, int rows, int width)
    {
        T[] joined = new T[rows * width * matrices.Length];
        for (int row = 0; row < rows; row++)
            for (int i = 0; i < matrices.Length; i++)
                matrices[i].AsSpan(row * width, width).CopyTo(joined.AsSpan((row * matrices.Length + i) * width));
        return joined;
    }
}
