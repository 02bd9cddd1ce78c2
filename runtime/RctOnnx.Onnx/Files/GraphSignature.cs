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
        List<GraphValue> inputs = [new("input_ids", type, InputShape)], outputs = [];
        if (dialect == GraphDialect.Portable) inputs.Add(new("attention_mask", type, InputShape));
        if (dialect == GraphDialect.Portable || model.Encoder.TokenTypeCount > 1) inputs.Add(new("token_type_ids", type, InputShape));
        Output(model.Head.Kind == HeadKind.None ? "features" : "logits", model.AnswerWidth);
        if (model.HasProbabilities) Output("probabilities", model.AnswerWidth);
        return new GraphSignature(inputs, outputs);

        void Output(string name, int width) => outputs.Add(new(name, "Float", [.. Places(), width.ToString(CultureInfo.InvariantCulture)]));

        string[] Places() => !model.IsPerToken ? InputShape[..1] : model.Head.Pooling == Pooling.Masks && EncoderGraph.IsCpu(dialect) ? MaskShape : InputShape;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join("; ", Inputs.Concat(Outputs)
        .Select(value => $"{value.Name} {value.ElementType} [{string.Join(", ", value.Dimensions)}]"));
}
