namespace RctOnnx.Onnx;

/// <summary>Weights of the CPU dialects that are worked out when a graph is emitted, so that no run has to. Pure.</summary>
internal static class CpuFolding
{
    /// <summary>The position table with the row of token type 0 in each of its rows, [positions, embedding width].</summary>
    public static float[] PositionsWithTypeZero(ModelArtifact artifact)
    {
        float[] positions = Floats(artifact, TensorNames.PositionEmbeddings), types = Floats(artifact, TensorNames.TokenTypeEmbeddings);
        for (int i = 0; i < positions.Length; i++) positions[i] += types[i % artifact.Encoder.EmbeddingWidth];
        return positions;
    }

    /// <summary>b_o + b_v · W_o, [hidden]: the bias of the values passes through the shares, which sum to one.</summary>
    public static float[] OutputBias(ModelArtifact artifact, int layer)
    {
        string outputLayer = TensorNames.Attention(layer, "output");
        float[] weight = Floats(artifact, TensorNames.Weight(outputLayer)), bias = Floats(artifact, TensorNames.Bias(outputLayer));
        float[] valueBias = Floats(artifact, TensorNames.Bias(TensorNames.Attention(layer, "value")));
        int width = bias.Length;
        double[] sum = [.. bias.Select(b => (double)b)];
        for (int row = 0; row < valueBias.Length; row++)
            for (int column = 0; column < width; column++)
                sum[column] += (double)valueBias[row] * weight[(long)row * width + column];
        return [.. sum.Select(s => (float)s)];
    }

    /// <summary>The factor of attention scores, which goes into the queries' weights.</summary>
    public static double QueryScale(EncoderConfig encoder) => 1.0 / Math.Sqrt(encoder.HeadWidth);

    /// <summary>A weight times a factor.</summary>
    public static float[] Scaled(ModelArtifact artifact, string name, double scale) => [.. Floats(artifact, name).Select(value => (float)(value * scale))];

    private static float[] Floats(ModelArtifact artifact, string name) => artifact.Weights[name].ToFloats();
}
