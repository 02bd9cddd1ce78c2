using Google.Protobuf;
using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx.Tests;

/// <summary>
/// A graph that computes on CPU what fp16 tensor cores compute: sums in fp32, every weight and every value that passes from node
/// to node rounded to fp16. ONNX Runtime's own way of running fp16 graphs on CPU leaves most of the roundings between nodes out.
/// </summary>
internal static class HalfRounding
{
    /// <summary>The CUDA graph of a model with two casts after every node of the encoder.</summary>
    public static byte[] Emit(ModelArtifact model)
    {
        ModelProto fp32 = EncoderGraph.Build(model, GraphDialect.CudaFp32), fp16 = EncoderGraph.Build(model, GraphDialect.CudaFp16);
        HashSet<string> halves = [.. fp16.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Float16).Select(tensor => tensor.Name)];
        foreach (TensorProto tensor in fp32.Graph.Initializer.Where(tensor => halves.Contains(tensor.Name))) Round(tensor);
        NodeProto[] nodes = [.. fp32.Graph.Node];
        int end = Array.FindIndex(nodes, node => node.Output[0] == "logits"); // the head is in fp32
        fp32.Graph.Node.Clear();
        for (int i = 0; i < nodes.Length; i++)
        {
            fp32.Graph.Node.Add(nodes[i]);
            bool rounds = i < end - 1 && nodes[i].OpType is "EmbedLayerNormalization" or "MatMul" or "Add" or "Attention" or "MultiHeadAttention"
                or "SkipLayerNormalization" or "BiasGelu" or "FastGelu" or "Relu" or "Div";
            string output = nodes[i].Output[0];
            if (!rounds || output.StartsWith("pool/", StringComparison.Ordinal) && output != "pool/mean_row" && output != "pool/shares") continue;
            nodes[i].Output[0] = output + "/exact";
            fp32.Graph.Node.Add(Cast(output + "/exact", output + "/half", DataType.Float16));
            fp32.Graph.Node.Add(Cast(output + "/half", output, DataType.Float));
        }
        return fp32.ToByteArray();
    }

    private static void Round(TensorProto tensor)
    {
        byte[] bytes = tensor.RawData.ToByteArray();
        for (int i = 0; i < bytes.Length; i += 4)
            BitConverter.TryWriteBytes(bytes.AsSpan(i), (float)(Half)BitConverter.ToSingle(bytes, i));
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
    }

    private static NodeProto Cast(string input, string output, DataType type)
    {
        NodeProto node = new() { OpType = "Cast", Name = output + "/cast" };
        node.Input.Add(input);
        node.Output.Add(output);
        node.Attribute.Add(new AttributeProto { Name = "to", I = (long)type, Type = AttributeProto.Types.AttributeType.Int });
        return node;
    }
}
