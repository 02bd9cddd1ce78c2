using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>The provider that runs, as found at load.</summary>
/// <param name="Provider">What computes.</param>
/// <param name="PassedOver">One message for each preferred provider that did not work: the cause and what to install.</param>
public sealed record ProviderReport(ExecutionProvider Provider, IReadOnlyList<string> PassedOver)
{
    /// <summary>The form of graph that runs.</summary>
    public GraphDialect Dialect { get; init; }

    /// <summary>
    /// How many nodes ONNX Runtime computed where in a trial run of the first graph, by its names of providers: on another provider
    /// than the CPU, nodes on <c>CPUExecutionProvider</c> are parts that it does not know. Empty on the CPU, where there is no trial.
    /// </summary>
    public IReadOnlyDictionary<string, int> Nodes { get; init; } = new Dictionary<string, int>();
}
