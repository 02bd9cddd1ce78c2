namespace RctOnnx.Onnx;

/// <summary>Ordered labels in a graph, by the arithmetic of <see cref="OrderedThresholds"/>. What does not depend on the text is folded when a session is made.</summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="artifact">Has labels and thresholds.</param>
internal sealed class OrderedGraph(GraphBuilder graph, ModelArtifact artifact)
{
    /// <summary>Score [batch, 1] → the logarithms of the labels' probabilities, [batch, labels].</summary>
    public string LogProbabilities(string score, string stored)
    {
        int labels = artifact.Labels.Count;
        string steps = Steps(stored, labels - 1);
        string upper = Bounds("upper", steps, (step, label) => label < labels - 1 && step <= label, label => label == labels - 1 ? OrderedThresholds.Far : 0);
        string lower = Bounds("lower", steps, (step, label) => step < label, label => label == 0 ? -OrderedThresholds.Far : 0);
        string above = graph.Node("Softplus", "ordered/above", [graph.Node("Sub", "ordered/to_upper", [score, upper])]);
        string below = graph.Node("Softplus", "ordered/below", [graph.Node("Sub", "ordered/to_lower", [lower, score])]);
        string constant = graph.Constant("ordered/constant", OrderedThresholds.Constants(artifact.Weights[TensorNames.HeadThresholds].ToFloats()), labels);
        return graph.Node("Sub", "logits", [graph.Node("Sub", "ordered/rest", [constant, above]), below]);
    }

    // The first threshold, then the positive steps to the next ones, [labels - 1].
    private string Steps(string stored, int count)
    {
        float[] first = new float[count], rest = new float[count];
        rest.AsSpan().Fill(1);
        (first[0], rest[0]) = (1, 0);
        string others = graph.Constant("ordered/others", rest, count);
        string steps = graph.Node("Mul", "ordered/steps", [graph.Node("Exp", "ordered/exp", [graph.Node("Mul", "ordered/logarithms", [stored, others])]), others]);
        return graph.Node("Add", "ordered/all_steps", [graph.Node("Mul", "ordered/first_step", [stored, graph.Constant("ordered/first", first, count)]), steps]);
    }

    // The sum of the steps that a label has below its bound, [labels].
    private string Bounds(string name, string steps, Func<int, int, bool> isBelow, Func<int, float> offset)
    {
        int labels = artifact.Labels.Count;
        float[] sums = [.. Enumerable.Range(0, labels - 1).SelectMany(step => Enumerable.Range(0, labels).Select(label => isBelow(step, label) ? 1f : 0f))];
        string inner = graph.Node("MatMul", $"ordered/{name}_inner", [steps, graph.Constant($"ordered/{name}_sums", sums, labels - 1, labels)]);
        return graph.Node("Add", $"ordered/{name}", [inner, graph.Constant($"ordered/{name}_ends", [.. Enumerable.Range(0, labels).Select(offset)], labels)]);
    }
}
