using System.Globalization;

namespace RctOnnx.Onnx;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">ONNX element type, such as <c>Int64</c> or <c>Float</c>.</param>
/// <param name="Dimensions">Each a number, a name, or "?" where nothing is said.</param>
public sealed record GraphValue(string Name, string ElementType, IReadOnlyList<string> Dimensions);

/// <summary>What goes into a graph and what comes out.</summary>
/// <param name="Inputs">In the order of the file, weights left out.</param>
/// <param name="Outputs">In the order of the file.</param>
public sealed record GraphSignature(IReadOnlyList<GraphValue> Inputs, IReadOnlyList<GraphValue> Outputs)
{
    private static readonly string[] InputShape = ["batch", "sequence"], MaskShape = ["masks"];

    /// <summary>What the portable graph of a model takes and gives, or the CPU graph with token types where the model has several.</summary>
    internal static GraphSignature Of(ModelDescription model, GraphDialect dialect)
    {
        string type = dialect == GraphDialect.Portable ? "Int64" : "Int32";
        List<GraphValue> inputs = [], outputs = [];
        foreach (string side in model.PairEncoding is null ? [] : PairGraph.Sides)
            foreach (string name in (string[])["input_ids", "attention_mask", "token_type_ids"]) inputs.Add(new(side + name, type, ["batch", side + "sequence"]));
        if (model.PairEncoding is null) AddInputs();
        Output(model.Head.Kind == HeadKind.None ? "features" : "logits", model.AnswerWidth);
        foreach (TaskDescription task in model.MoreTasks.Count > 0 ? model.Tasks : [])
        {
            Output(TaskHeads.Logits(task.Name), task.Labels.Count);
            if (task.ProblemType != ProblemType.Regression) Output(TaskHeads.Probabilities(task.Name), task.Labels.Count);
        }
        if (model.MoreTasks.Count == 0 && model.Head.Kind != HeadKind.None && ModelDescription.HasProbabilities(model.ProblemType)) Output("probabilities", model.AnswerWidth);
        return new GraphSignature(inputs, outputs);

        void AddInputs()
        {
            inputs.Add(new("input_ids", type, InputShape));
            if (dialect == GraphDialect.Portable) inputs.Add(new("attention_mask", type, InputShape));
            if (dialect == GraphDialect.Portable || model.Encoder.TokenTypeCount > 1) inputs.Add(new("token_type_ids", type, InputShape));
        }

        void Output(string name, int width) => outputs.Add(new(name, "Float", [.. Places(), width.ToString(CultureInfo.InvariantCulture)]));

        string[] Places() => !model.IsPerToken ? InputShape[..1] : model.Head.Pooling == Pooling.Masks && EncoderGraph.IsCpu(dialect) ? MaskShape : InputShape;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Inputs.Concat(Outputs)
        .Select(value => $"{value.Name} {value.ElementType} [{string.Join(", ", value.Dimensions)}]"));
}
