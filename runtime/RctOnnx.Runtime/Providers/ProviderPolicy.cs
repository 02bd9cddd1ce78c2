namespace RctOnnx.Runtime;

/// <summary>Which execution provider a classifier may run on. There is no silent fallback: what is not listed is not used.</summary>
public sealed record ProviderPolicy
{
    private ProviderPolicy(IReadOnlyList<ExecutionProvider> providers) => Providers = providers;

    /// <summary>The allowed providers, the wanted one first.</summary>
    public IReadOnlyList<ExecutionProvider> Providers { get; }

    /// <summary>This provider or a <see cref="ProviderException"/>.</summary>
    public static ProviderPolicy Require(ExecutionProvider provider) => new([provider]);

    /// <summary>The first of these that works; why earlier ones were passed over is in <see cref="ProviderReport.PassedOver"/>.</summary>
    /// <exception cref="SettingsException">The list is empty or names a provider twice.</exception>
    public static ProviderPolicy Prefer(params IReadOnlyList<ExecutionProvider> providers)
    {
        if (providers.Count == 0 || providers.Distinct().Count() != providers.Count)
            throw new SettingsException($"The preferred providers are [{string.Join(", ", providers)}]; name at least one and each only once, out of {string.Join(", ", Enum.GetNames<ExecutionProvider>())}.");
        return new ProviderPolicy([.. providers]);
    }
}
