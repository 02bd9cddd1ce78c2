using System.Runtime.InteropServices;

namespace RctOnnx.Onnx;

/// <summary>
/// Makes the weights of an artifact int8: linear layers symmetric with a scale a column, the word table with a scale a row.
/// Norms, biases, positions, token types, pooler and head stay in fp32.
/// </summary>
public static class ModelQuantizer
{
    /// <summary>
    /// Largest weight of 7 bits. 255 · 64 · 2 fits into 16 bits, so that processors without VNNI, which add pairs of products
    /// there, do not saturate.
    /// </summary>
    public const int SafeLimit = 64;

    /// <summary>The artifact with int8 weights; without probes and proof, which are those of the fp32 model.</summary>
    /// <param name="artifact">A model in floating point.</param>
    /// <param name="inputs">Points (<see cref="QuantizationPoints"/>) whose layers compute in int8; the layers of the others compute in fp32 with int8 weights.</param>
    /// <param name="weightLimit">Largest absolute weight, <see cref="SafeLimit"/> or 127.</param>
    /// <exception cref="ModelFileException">The artifact is quantized already, or a point does not exist.</exception>
    public static ModelArtifact Quantize(ModelArtifact artifact, IReadOnlyDictionary<string, InputQuantization> inputs, int weightLimit = SafeLimit)
    {
        if (artifact.Weights.Values.Any(weight => weight.Scales is not null))
            throw new ModelFileException("The model is quantized already. Start from the file with fp32 weights.");
        Dictionary<string, TensorData> weights = new(artifact.Weights);
        foreach (string table in ((string[])[TensorNames.WordEmbeddings, TensorNames.Second + TensorNames.WordEmbeddings]).Where(weights.ContainsKey))
            weights[table] = Matrix(artifact.Weights[table], axis: 0, sbyte.MaxValue);
        foreach (string layer in QuantizationPoints.Of(artifact).SelectMany(point => point.Value))
            weights[TensorNames.Weight(layer)] = Matrix(artifact.Weights[TensorNames.Weight(layer)], axis: 1, weightLimit);
        ModelArtifact quantized = artifact with { Weights = weights, Inputs = inputs, WeightLimit = weightLimit, Probes = [], Proof = null };
        ArtifactCheck.Validate(quantized);
        return quantized;
    }

    /// <summary>
    /// The artifact with fp32 weights, as training and other formats need them: int8 values times their scales, activations no
    /// longer rounded. An artifact without int8 weights is returned as it is.
    /// </summary>
    public static ModelArtifact Dequantize(ModelArtifact artifact)
    {
        if (artifact.Weights.Values.All(weight => weight.Scales is null)) return artifact;
        return artifact with
        {
            Weights = artifact.Weights.ToDictionary(pair => pair.Key, pair => pair.Value.Scales is null ? pair.Value : TensorData.FromFloats(pair.Value.ToFloats(), [.. pair.Value.Shape])),
            Inputs = new Dictionary<string, InputQuantization>(),
            WeightLimit = SafeLimit,
            Probes = [],
            Proof = null,
        };
    }

    /// <summary>The int8 form of a matrix: the largest absolute value of each row or column becomes <paramref name="limit"/>.</summary>
    internal static TensorData Matrix(TensorData matrix, int axis, int limit)
    {
        float[] values = matrix.ToFloats(), scales = new float[matrix.Shape[axis]];
        int columns = (int)matrix.Shape[1];
        for (int i = 0; i < values.Length; i++) scales[Group(i)] = Math.Max(scales[Group(i)], Math.Abs(values[i]));
        for (int i = 0; i < scales.Length; i++) scales[i] = Math.Max(scales[i] / limit, 1e-30f); // a row of zeros
        sbyte[] whole = new sbyte[values.Length];
        for (int i = 0; i < values.Length; i++) whole[i] = (sbyte)Math.Clamp(MathF.Round(values[i] / scales[Group(i)]), -limit, limit);
        return TensorData.Quantized(MemoryMarshal.AsBytes(whole.AsSpan()).ToArray(), matrix.Shape, new QuantizationScales(axis, scales));

        int Group(int index) => axis == 0 ? index / columns : index % columns;
    }
}
