using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>The weights of an artifact in fp32 or fp16, whatever they are stored in; int8 values are multiplied by their scales.</summary>
/// <param name="graph">Takes the constants.</param>
/// <param name="artifact">Has the weights.</param>
/// <param name="type"><see cref="DataType.Float"/> or <see cref="DataType.Float16"/>.</param>
internal sealed class TypedWeights(GraphBuilder graph, ModelArtifact artifact, DataType type)
{
    private readonly HashSet<string> _weights = [];

    /// <summary>The type of every constant.</summary>
    public DataType Type => type;

    /// <summary>The weight of that canonical name, added at its first use.</summary>
    /// <exception cref="ModelFileException">A value is beyond the range of the type.</exception>
    public string Weight(string name)
    {
        if (!_weights.Add(name)) return name;
        TensorData weight = artifact.Weights[name];
        return type == DataType.Float ? graph.Weight(name, weight) : Constant(name, weight.ToFloats(), [.. weight.Shape]);
    }

    /// <summary>Adds a constant.</summary>
    /// <exception cref="ModelFileException">A value is beyond the range of the type.</exception>
    public string Constant(string name, float[] values, params long[] shape)
    {
        if (type == DataType.Float) return graph.Constant(name, values, shape);
        Half[] halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++)
        {
            halves[i] = (Half)values[i];
            if (!Half.IsFinite(halves[i]))
                throw new ModelFileException($"'{name}' holds {values[i]}, which fp16 cannot: it ends at {Half.MaxValue}. Choose the fp32 dialect of the provider.");
        }
        return graph.Constant(name, halves, shape);
    }

    /// <summary>The values of a weight.</summary>
    public float[] Floats(string name) => artifact.Weights[name].ToFloats();

    /// <summary>
    /// The position table with token type 0 added, for graphs that take single texts only: its first
    /// <paramref name="count"/> rows, [count, embedding width].
    /// </summary>
    public string PositionsWithTypeZero(int count)
    {
        int width = artifact.Encoder.EmbeddingWidth;
        float[] positions = Floats(TensorNames.PositionEmbeddings)[..(count * width)], types = Floats(TensorNames.TokenTypeEmbeddings);
        for (int i = 0; i < positions.Length; i++) positions[i] += types[i % width];
        return Constant("folded/positions", positions, count, width);
    }

    /// <summary>The value in fp32: where the encoder is in fp16, pooler and head are not, because they see one row a text.</summary>
    public string ToFloat32(string value, string output) =>
        type == DataType.Float ? value : graph.Node("Cast", output, [value], ("to", (long)DataType.Float));
}
