namespace RctOnnx.Runtime;

/// <summary>The provider that runs, as found at load.</summary>
/// <param name="Provider">What computes.</param>
/// <param name="PassedOver">One message for each preferred provider that did not work: the cause and what to install.</param>
public sealed record ProviderReport(ExecutionProvider Provider, IReadOnlyList<string> PassedOver);
