using RctOnnx.Onnx.Protobuf;
using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>
/// Graphs of models that read pairs by two encoders. The file's own holds both, or one applied twice over the same weights; what is fast runs the
/// encoders alone (<see cref="PairViews"/>), each text once and in batches of its own, and then the head.
/// </summary>
internal static class PairGraph
{
    /// <summary>What stands before the names of the values of the first and of the second text.</summary>
    public static readonly IReadOnlyList<string> Sides = ["a_", "b_"];

    /// <summary>The portable graph: inputs <c>a_input_ids</c>, <c>a_attention_mask</c>, <c>a_token_type_ids</c> and the same of b, [batch, a_sequence] and [batch, b_sequence].</summary>
    public static ModelProto EmitPortable(ModelArtifact artifact)
    {
        GraphBuilder graph = new("rctonnx_portable");
        string[] features = new string[2];
        for (int side = 0; side < 2; side++)
        {
            bool isOwn = side == 1 && artifact.PairEncoding is { IsShared: false };
            graph.Enter(Sides[side], isOwn ? TensorNames.Second : "");
            features[side] = PortableGraph.Features(graph, PairViews.Encoder(artifact, side == 1));
        }
        graph.Leave();
        return Head(graph, artifact, features[0], features[1]);
    }

    /// <summary>The head alone: features <c>a_features</c> and <c>b_features</c> [batch, hidden] → the outputs of the file.</summary>
    public static ModelProto EmitHead(ModelArtifact artifact)
    {
        GraphBuilder graph = new("rctonnx_pair_head");
        string a = graph.Input("a_features", DataType.Float, "batch", artifact.Encoder.HiddenWidth), b = graph.Input("b_features", DataType.Float, "batch", artifact.Encoder.HiddenWidth);
        return Head(graph, artifact, a, b);
    }

    private static ModelProto Head(GraphBuilder graph, ModelArtifact artifact, string a, string b)
    {
        string combined = artifact.PairEncoding!.Combine switch
        {
            FeatureCombination.Max => graph.Node("Max", "pair/max", [a, b]),
            FeatureCombination.Mean => graph.Node("Mul", "pair/mean", [graph.Node("Add", "pair/sum", [a, b]), graph.Scalar("pair/half", 0.5f)]),
            FeatureCombination.Sum => graph.Node("Add", "pair/sum", [a, b]),
            FeatureCombination.Concat => graph.Node("Concat", "pair/both", [a, b], ("axis", 1L)),
            FeatureCombination.Difference => graph.Node("Abs", "pair/distance", [graph.Node("Sub", "pair/difference", [a, b])]),
            _ => throw new ModelFileException($"The combination {artifact.PairEncoding.Combine} has no graph; known are {string.Join(", ", Enum.GetNames<FeatureCombination>())}."),
        };
        new GraphParts(graph, artifact).Head(combined);
        return graph.ToModel();
    }
}
