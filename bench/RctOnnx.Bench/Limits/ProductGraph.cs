using Google.Protobuf;
using RctOnnx.Onnx;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Bench.Limits;

/// <summary>
/// Nothing but the matrix products of an encoder, in the arithmetic that its file has for each, over inputs that are given. The
/// last layer multiplies what a classifier reads: keys and values of all tokens, the rest of the first.
/// </summary>
internal static class ProductGraph
{
    /// <summary>
    /// The serialised model. Inputs, as far as they are used: <c>all_uint8</c> [batch, sequence, hidden], <c>inner_uint8</c>
    /// [batch, sequence, intermediate], <c>first_uint8</c> [batch, 1, hidden], <c>first_inner_uint8</c> [batch, 1, intermediate], and
    /// the same with <c>_float</c>. Output: <c>corners</c>, one number of each product.
    /// </summary>
    public static byte[] Emit(ModelArtifact artifact)
    {
        GraphBuilder graph = new("products");
        string start = graph.Vector("start", 0, 0, 0), end = graph.Vector("end", 1, 1, 1);
        HashSet<string> inputs = [];
        List<string> corners = [];
        int last = artifact.Encoder.LayerCount - 1;
        bool pruned = artifact.Head.Pooling is Pooling.Cls or Pooling.Pooler;
        for (int layer = 0; layer <= last; layer++)
        {
            string rows = pruned && layer == last ? "first" : "all", innerRows = pruned && layer == last ? "first_inner" : "inner";
            Product(TensorNames.Attention(layer, "key"), "all");
            Product(TensorNames.Attention(layer, "value"), "all");
            Product(TensorNames.Attention(layer, "query"), rows);
            Product(TensorNames.Attention(layer, "output"), rows);
            Product(TensorNames.Intermediate(layer), rows);
            Product(TensorNames.FeedForwardOutput(layer), innerRows);
        }
        graph.Output(graph.Node("Concat", "corners", [.. corners], ("axis", 0L)), DataType.Float, corners.Count, 1, 1);
        return graph.ToModel().ToByteArray();

        // A corner of the product is read, so that the product is computed and its memory is free for the next one.
        void Product(string layer, string rows)
        {
            TensorData weight = artifact.Weights[TensorNames.Weight(layer)];
            string name = TensorNames.Weight(layer), point = QuantizationPoints.InputOf(layer), product;
            if (artifact.Inputs.TryGetValue(point, out InputQuantization? quantization))
            {
                string scales = graph.Constant(name + ".scale", [.. weight.Scales!.Values], weight.Scales.Values.Count);
                product = graph.ContribNode("MatMulIntegerToFloat", layer, [Input(rows, "uint8", DataType.Uint8, weight.Shape[0]), graph.Int8(name, weight),
                    graph.Scalar(layer + ".input_scale", quantization.Scale), scales, graph.Scalar(layer + ".input_zero", quantization.ZeroPoint)]);
            }
            else
            {
                product = graph.Node("MatMul", layer, [Input(rows, "float", DataType.Float, weight.Shape[0]), graph.Weight(name, weight)]);
            }
            corners.Add(graph.Node("Slice", layer + "/corner", [product, start, end]));
        }

        string Input(string rows, string kind, DataType type, long width)
        {
            string name = $"{rows}_{kind}";
            return inputs.Add(name) ? graph.Input(name, type, "batch", rows.StartsWith("first", StringComparison.Ordinal) ? 1L : "sequence", width) : name;
        }
    }
}
