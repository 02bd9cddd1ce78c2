using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Google.Protobuf;
using RctOnnx.Onnx;
using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Bench.Peers;

/// <summary>
/// A peer's graph with the weights of one of our model files. The graphs are PyTorch exports whose attention, embedding, skip and
/// gelu nodes ONNX Runtime's tools have fused, in fp32 or dynamically quantised; their weights are named after PyTorch's modules,
/// or found by the node that uses them.
/// </summary>
internal static partial class PeerGraph
{
    /// <summary>Writes <paramref name="graphPath"/> with the weights of <paramref name="artifact"/> inside.</summary>
    /// <exception cref="ModelFileException">The graph has a weight that the artifact has not, or of another size.</exception>
    public static void Write(string graphPath, ModelArtifact artifact, string outputPath)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(graphPath));
        Fill(model, artifact);
        AtomicFile.Write(outputPath, stream => model.WriteTo(stream));
    }

    /// <summary>Replaces every weight of the graph.</summary>
    internal static void Fill(ModelProto model, ModelArtifact artifact)
    {
        Dictionary<string, float[]> weights = Weights(model, artifact);
        foreach ((int i, TensorProto old) in model.Graph.Initializer.Index())
            model.Graph.Initializer[i] = Tensor(old, weights);
    }

    // By the name that a weight has in the graph, less what quantisation appended to it.
    private static Dictionary<string, float[]> Weights(ModelProto model, ModelArtifact artifact)
    {
        Dictionary<string, float[]> weights = [];
        Table("q.bert.embeddings.word_embeddings.weight", TensorNames.WordEmbeddings);
        Table("q.bert.embeddings.position_embeddings.weight", TensorNames.PositionEmbeddings);
        Table("q.bert.embeddings.token_type_embeddings.weight", TensorNames.TokenTypeEmbeddings);
        Norm("q.bert.embeddings.LayerNorm", TensorNames.EmbeddingNorm);
        for (int layer = 0; layer < artifact.Encoder.LayerCount; layer++)
        {
            string prefix = $"q.bert.encoder.layer.{layer}.";
            Table(prefix + "attention.output.dense.bias", TensorNames.Bias(TensorNames.Attention(layer, "output")));
            Table(prefix + "intermediate.dense.bias", TensorNames.Bias(TensorNames.Intermediate(layer)));
            Table(prefix + "output.dense.bias", TensorNames.Bias(TensorNames.FeedForwardOutput(layer)));
            Norm(prefix + "attention.output.LayerNorm", TensorNames.AttentionNorm(layer));
            Norm(prefix + "output.LayerNorm", TensorNames.FeedForwardNorm(layer));
            string[] parts = [.. new[] { "query", "key", "value" }.Select(part => TensorNames.Attention(layer, part))];
            weights[$"Attention_{layer}_qkv_bias"] = [.. parts.SelectMany(part => Own(TensorNames.Bias(part)))];
            weights[$"Attention_{layer}_qkv_weight"] = BesideEachOther([.. parts.Select(part => Own(TensorNames.Weight(part)))], artifact.Encoder.HiddenWidth);
        }
        Table("q.bert.pooler.dense.bias", TensorNames.Bias(TensorNames.Pooler));
        Table("q.classifier.bias", TensorNames.Bias(TensorNames.HeadOutput));
        Transposed("q.bert.pooler.dense.weight", TensorNames.Pooler);
        Transposed("q.classifier.weight", TensorNames.HeadOutput);
        foreach (NodeProto node in model.Graph.Node)
        {
            if (LayerOf().Match(node.Name) is not { Success: true } match) continue;
            int layer = int.Parse(match.Groups["layer"].Value, System.Globalization.CultureInfo.InvariantCulture);
            string own = match.Groups["part"].Value switch
            {
                "attention/output" => TensorNames.Attention(layer, "output"),
                "intermediate" => TensorNames.Intermediate(layer),
                _ => TensorNames.FeedForwardOutput(layer),
            };
            Table(Base(node.Input[1]), TensorNames.Weight(own));
        }
        return weights;

        float[] Own(string name) => artifact.Weights.TryGetValue(name, out TensorData? tensor)
            ? tensor.ToFloats()
            : throw new ModelFileException($"The model has no weight '{name}', which the peer's graph needs: it is a BERT with a pooler and a linear head. Compare a model of that form.");

        void Table(string name, string own) => weights[name] = Own(own);

        void Norm(string name, string own)
        {
            Table(name + ".weight", TensorNames.Weight(own));
            Table(name + ".bias", TensorNames.Bias(own));
        }

        void Transposed(string name, string own)
        {
            weights[name + "_Transposed"] = Own(TensorNames.Weight(own));
            weights[name] = artifact.Weights[TensorNames.Weight(own)].Transposed().ToFloats();
        }
    }

    private static TensorProto Tensor(TensorProto old, Dictionary<string, float[]> weights)
    {
        if (!weights.TryGetValue(Base(old.Name), out float[]? values))
            throw new ModelFileException($"The peer's graph has the weight '{old.Name}', which no weight of a BERT classifier is. Use the graphs whose layout is known.");
        int columns = old.Dims.Count > 0 ? (int)old.Dims[^1] : 1;
        // The parts of a quantised matrix know its columns only by their own length.
        byte[] bytes = (old.Name[Base(old.Name).Length..], IsTable(old)) switch
        {
            ("", _) => Bytes(values),
            ("_quantized", true) => PeerQuantizer.Table(values).Values,
            ("_scale", true) => BitConverter.GetBytes(PeerQuantizer.Table(values).Scale),
            ("_zero_point", true) => [PeerQuantizer.Table(values).ZeroPoint],
            ("_quantized", false) => Bytes(PeerQuantizer.Columns(values, columns).Values),
            ("_scale", false) => Bytes(PeerQuantizer.Columns(values, columns).Scales),
            _ => new byte[columns], // symmetric
        };
        long expected = old.Dims.Aggregate(1L, (count, extent) => count * extent) * (old.DataType == (int)DataType.Float ? sizeof(float) : 1);
        if (bytes.Length != expected)
            throw new ModelFileException($"The weight '{old.Name}' of the peer's graph has {expected:N0} bytes, the model's has {bytes.Length:N0}. Compare a model of the graph's size: 6 layers of width 384, 5 labels.");
        TensorProto tensor = new() { Name = old.Name, DataType = old.DataType, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Dims.Add(old.Dims);
        return tensor;
    }

    private static byte[] Bytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static string Base(string name) => QuantizedSuffix().Replace(name, "");

    private static bool IsTable(TensorProto tensor) => tensor.Name.StartsWith("q.bert.embeddings.", StringComparison.Ordinal);

    private static float[] BesideEachOther(float[][] matrices, int width)
    {
        float[] joined = new float[matrices.Sum(matrix => matrix.Length)];
        int rowCount = matrices[0].Length / width, joinedWidth = matrices.Length * width;
        for (int m = 0; m < matrices.Length; m++)
            for (int row = 0; row < rowCount; row++)
                matrices[m].AsSpan(row * width, width).CopyTo(joined.AsSpan(row * joinedWidth + m * width));
        return joined;
    }

    [GeneratedRegex(@"^/q/bert/encoder/layer\.(?<layer>\d+)/(?<part>attention/output|intermediate|output)/dense/MatMul(_quant)?$")]
    private static partial Regex LayerOf();

    [GeneratedRegex("_(quantized|scale|zero_point)$")]
    private static partial Regex QuantizedSuffix();
}
