using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>The heads of several tasks over the same features: outputs of its own for each, and one of all logits side by side, which the runtime reads.</summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="parts">The blocks of the graph.</param>
/// <param name="artifact">Has the tasks.</param>
internal sealed class TaskHeads(GraphBuilder graph, GraphParts parts, ModelArtifact artifact)
{
    /// <summary>Name of the output of a task's logits.</summary>
    public static string Logits(string task) => "logits_" + task;

    /// <summary>Name of the output of a task's probabilities.</summary>
    public static string Probabilities(string task) => "probabilities_" + task;

    /// <summary>Features [batch, hidden] → <c>logits</c> of all tasks, and <c>logits_</c> and <c>probabilities_</c> of each.</summary>
    public void Emit(string features)
    {
        TaskDescription[] tasks = [.. artifact.Tasks];
        string[] prefixes = [.. tasks.Select((task, i) => i == 0 ? "" : TensorNames.Task(task.Name))];
        string[] logits = [.. tasks.Select((task, i) => parts.Logits(features, task, prefixes[i], Logits(task.Name)))];
        graph.Output(graph.Node("Concat", "logits", logits, ("axis", 1L)), DataType.Float, "batch", artifact.LogitCount);
        for (int i = 0; i < tasks.Length; i++)
        {
            graph.Output(logits[i], DataType.Float, "batch", tasks[i].Labels.Count);
            if (parts.Probabilities(logits[i], tasks[i], prefixes[i], Probabilities(tasks[i].Name)) is { } probabilities)
                graph.Output(probabilities, DataType.Float, "batch", tasks[i].Labels.Count);
        }
    }
}
