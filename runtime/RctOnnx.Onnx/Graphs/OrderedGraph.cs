namespace RctOnnx.Onnx;

/// <summary>Ordered labels in a graph, by the arithmetic of <see cref="OrderedThresholds"/>. What does not depend on the text is folded when a session is made.</summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="prefix">What stands before the names of its values.</param>
/// <param name="labels">Number of labels.</param>
internal sealed class OrderedGraph(GraphBuilder graph, string prefix, int labels)
{
    /// <summary>Score [batch, 1] → the logarithms of the labels' probabilities, [batch, labels].</summary>
    /// <param name="score">The score.</param>
    /// <param name="stored">The thresholds as they are stored.</param>
    /// <param name="thresholds">Their values.</param>
    /// <param name="output">Name of the result.</param>
    public string LogProbabilities(string score, string stored, float[] thresholds, string output)
    {
        string steps = Steps(stored, labels - 1);
        string upper = Bounds("upper", steps, (step, label) => label < labels - 1 && step <= label, label => label == labels - 1 ? OrderedThresholds.Far : 0);
        string lower = Bounds("lower", steps, (step, label) => step < label, label => label == 0 ? -OrderedThresholds.Far : 0);
        string above = graph.Node("Softplus", prefix + "ordered/above", [graph.Node("Sub", prefix + "ordered/to_upper", [score, upper])]);
        string below = graph.Node("Softplus", prefix + "ordered/below", [graph.Node("Sub", prefix + "ordered/to_lower", [lower, score])]);
        string constant = graph.Constant(prefix + "ordered/constant", OrderedThresholds.Constants(thresholds), labels);
        return graph.Node("Sub", output, [graph.Node("Sub", prefix + "ordered/rest", [constant, above]), below]);
    }

    // The first threshold, then the positive steps to the next ones, [labels - 1].
    private string Steps(string stored, int count)
    {
        float[] first = new float[count], rest = new float[count];
        rest.AsSpan().Fill(1);
        (first[0], rest[0]) = (1, 0);
        string others = graph.Constant(prefix + "ordered/others", rest, count);
        string steps = graph.Node("Mul", prefix + "ordered/steps", [graph.Node("Exp", prefix + "ordered/exp", [graph.Node("Mul", prefix + "ordered/logarithms", [stored, others])]), others]);
        return graph.Node("Add", prefix + "ordered/all_steps", [graph.Node("Mul", prefix + "ordered/first_step", [stored, graph.Constant(prefix + "ordered/first", first, count)]), steps]);
    }

    // The sum of the steps that a label has below its bound, [labels].
    private string Bounds(string name, string steps, Func<int, int, bool> isBelow, Func<int, float> offset)
    {
        float[] sums = [.. Enumerable.Range(0, labels - 1).SelectMany(step => Enumerable.Range(0, labels).Select(label => isBelow(step, label) ? 1f : 0f))];
        string inner = graph.Node("MatMul", $"{prefix}ordered/{name}_inner", [steps, graph.Constant($"{prefix}ordered/{name}_sums", sums, labels - 1, labels)]);
        return graph.Node("Add", $"{prefix}ordered/{name}", [inner, graph.Constant($"{prefix}ordered/{name}_ends", [.. Enumerable.Range(0, labels).Select(offset)], labels)]);
    }
}
