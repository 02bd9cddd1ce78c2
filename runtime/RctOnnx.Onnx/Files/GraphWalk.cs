using RctOnnx.Onnx.Protobuf;

namespace RctOnnx.Onnx;

/// <summary>Visits everything in a model wherever it hides: nested graphs, the model's own functions, training graphs.</summary>
internal static class GraphWalk
{
    /// <summary>Every node.</summary>
    public static IEnumerable<NodeProto> Nodes(ModelProto model)
    {
        IEnumerable<NodeProto> inFunctions = model.Functions.SelectMany(function => function.Node.SelectMany(WithNested)
            .Concat(function.AttributeProto.SelectMany(Graphs).SelectMany(graph => graph.Node).SelectMany(WithNested)));
        return TopGraphs(model).SelectMany(graph => graph.Node).SelectMany(WithNested).Concat(inFunctions);
    }

    /// <summary>Every tensor: initialisers, those in attributes, and the two halves of sparse ones.</summary>
    public static IEnumerable<TensorProto> Tensors(ModelProto model)
    {
        IEnumerable<AttributeProto> attributes = Nodes(model).SelectMany(node => node.Attribute)
            .Concat(model.Functions.SelectMany(function => function.AttributeProto));
        foreach (AttributeProto attribute in attributes)
        {
            if (attribute.T is not null) yield return attribute.T;
            foreach (TensorProto tensor in attribute.Tensors) yield return tensor;
            if (attribute.SparseTensor is not null)
                foreach (TensorProto tensor in Halves(attribute.SparseTensor)) yield return tensor;
            foreach (TensorProto tensor in attribute.SparseTensors.SelectMany(Halves)) yield return tensor;
            foreach (TensorProto tensor in Graphs(attribute).SelectMany(Initializers)) yield return tensor;
        }
        foreach (TensorProto tensor in TopGraphs(model).SelectMany(Initializers)) yield return tensor;
    }

    private static IEnumerable<GraphProto> TopGraphs(ModelProto model)
    {
        yield return model.Graph;
        foreach (TrainingInfoProto training in model.TrainingInfo)
        {
            if (training.Initialization is not null) yield return training.Initialization;
            if (training.Algorithm is not null) yield return training.Algorithm;
        }
    }

    private static IEnumerable<NodeProto> WithNested(NodeProto node)
    {
        yield return node;
        foreach (GraphProto graph in node.Attribute.SelectMany(Graphs))
            foreach (NodeProto inner in graph.Node.SelectMany(WithNested)) yield return inner;
    }

    private static IEnumerable<GraphProto> Graphs(AttributeProto attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Append(attribute.G);

    private static IEnumerable<TensorProto> Initializers(GraphProto graph) =>
        graph.Initializer.Concat(graph.SparseInitializer.SelectMany(Halves));

    private static IEnumerable<TensorProto> Halves(SparseTensorProto sparse)
    {
        if (sparse.Values is not null) yield return sparse.Values;
        if (sparse.Indices is not null) yield return sparse.Indices;
    }
}
