using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>From the states of tokens to one row a text, in graphs whose texts all have the same length.</summary>
/// <param name="graph">Takes the nodes; has the value <c>input_ids</c> and its length <c>ids/length</c>.</param>
/// <param name="parts">The blocks of the graph.</param>
internal sealed class CpuPooling(GraphBuilder graph, GraphParts parts)
{
    /// <summary>[batch, rows, hidden] → [batch, hidden]; for models that answer for tokens all states, for masks theirs, [masks, hidden].</summary>
    public string Pool(Pooling pooling, string states) => pooling switch
    {
        Pooling.Cls => parts.FirstToken(states),
        Pooling.Pooler => parts.Pooler(parts.FirstToken(states)),
        Pooling.Separators or Pooling.Tokens => states,
        Pooling.Masks => parts.AtMasks(states),
        Pooling.Max => graph.Node("ReduceMax", "pool/max", [states, graph.Vector("pool/sequence_axis", 1)], ("keepdims", 0L)),
        _ => Mean(states),
    };

    /// <summary>
    /// The mean as a matrix product with a row of ones, text by text. ReduceMean adds in another order for one text than for
    /// several, so that the same text would not get the same bits in every batch.
    /// </summary>
    private string Mean(string states)
    {
        string zeros = graph.Node("ConstantOfShape", "pool/zeros", [graph.Node("Shape", "ids/shape", ["input_ids"])]); // [batch, sequence]
        string ones = graph.Node("Add", "pool/ones", [zeros, graph.Scalar("one", 1f)]);
        string axis = graph.Vector("pool/row_axis", 1);
        string sum = graph.Node("MatMul", "pool/sum", [graph.Node("Unsqueeze", "pool/row", [ones, axis]), states]); // [batch, 1, hidden]
        string count = graph.Node("Cast", "pool/count", ["ids/length"], ("to", (long)DataType.Float));
        return graph.Node("Div", "pool/mean", [graph.Node("Squeeze", "pool/sum_row", [sum, axis]), count]);
    }
}
