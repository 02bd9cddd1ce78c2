using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>The blocks that all dialects share. Every method adds nodes and returns the name of its result.</summary>
internal sealed class GraphParts(GraphBuilder graph, ModelArtifact artifact)
{
    private readonly HashSet<string> _weights = [];

    /// <summary>The weight of that canonical name, added at its first use.</summary>
    public string Weight(string name)
    {
        if (_weights.Add(name)) graph.Weight(name, artifact.Weights[name]);
        return name;
    }

    /// <summary>x · W + b.</summary>
    public string Linear(string input, string layer) =>
        graph.Node("Add", layer + "/linear", [MatMul(input, layer), Weight(TensorNames.Bias(layer))]);

    /// <summary>x · W.</summary>
    public string MatMul(string input, string layer) =>
        graph.Node("MatMul", layer + "/product", [input, Weight(TensorNames.Weight(layer))]);

    /// <summary>Layer normalisation over the last dimension.</summary>
    public string Norm(string input, string layer) =>
        graph.Node("LayerNormalization", layer + "/out", [input, Weight(TensorNames.Weight(layer)), Weight(TensorNames.Bias(layer))],
            ("axis", -1L), ("epsilon", (float)artifact.Encoder.LayerNormEpsilon));

    /// <summary>The activation function.</summary>
    public string Activate(string input, Activation activation, string output) => activation switch
    {
        Activation.Gelu => graph.Node("Gelu", output, [input], ("approximate", "none")),
        Activation.GeluTanh => graph.Node("Gelu", output, [input], ("approximate", "tanh")),
        Activation.Relu => graph.Node("Relu", output, [input]),
        _ => throw new ModelFileException($"The activation {activation} has no graph; known are {string.Join(", ", Enum.GetNames<Activation>())}."),
    };

    /// <summary>What follows attention in a layer: residual, norm, feed-forward, residual, norm. [.., hidden] in and out.</summary>
    public string FeedForward(string attention, string residual, int layer)
    {
        string prefix = $"layer{layer}";
        string sum = graph.Node("Add", prefix + "/attention_residual", [attention, residual]);
        string state = Norm(sum, TensorNames.AttentionNorm(layer));
        string inner = Activate(Linear(state, TensorNames.Intermediate(layer)), artifact.Encoder.Activation, prefix + "/activation");
        string output = Linear(inner, TensorNames.FeedForwardOutput(layer));
        return Norm(graph.Node("Add", prefix + "/feed_forward_residual", [output, state]), TensorNames.FeedForwardNorm(layer));
    }

    /// <summary>The state of the first token, [batch, hidden], of states [batch, sequence, hidden].</summary>
    public string FirstToken(string states) =>
        graph.Node("Gather", "first_token", [states, graph.Scalar("first_index", 0L)], ("axis", 1L));

    /// <summary>BERT's pooler over the first token's state.</summary>
    public string Pooler(string firstToken) => graph.Node("Tanh", "pooler/out", [Linear(firstToken, TensorNames.Pooler)]);

    /// <summary>Features [batch, hidden] → the graph's outputs.</summary>
    public void Head(string features)
    {
        if (artifact.Head.Kind == HeadKind.None)
        {
            graph.Output(graph.Node("Identity", "features", [features]), DataType.Float, "batch", artifact.Encoder.HiddenWidth);
            return;
        }
        if (artifact.Head.Kind == HeadKind.Electra)
            features = Activate(Linear(features, TensorNames.HeadDense), Activation.Gelu, "head/activation");
        string logits = graph.Node("Add", "logits", [MatMul(features, TensorNames.HeadOutput), Weight(TensorNames.Bias(TensorNames.HeadOutput))]);
        graph.Output(logits, DataType.Float, "batch", artifact.Labels.Count);
        Probabilities(logits);
    }

    private void Probabilities(string logits)
    {
        if (artifact.ProblemType == ProblemType.Regression) return;
        string scaled = artifact.Calibration.Temperature == 1.0
            ? logits
            : graph.Node("Div", "scaled_logits", [logits, graph.Scalar("temperature", (float)artifact.Calibration.Temperature)]);
        string probabilities = artifact.ProblemType == ProblemType.MultiLabel
            ? graph.Node("Sigmoid", "probabilities", [scaled])
            : graph.Node("Softmax", "probabilities", [scaled], ("axis", -1L));
        graph.Output(probabilities, DataType.Float, "batch", artifact.Labels.Count);
    }
}
