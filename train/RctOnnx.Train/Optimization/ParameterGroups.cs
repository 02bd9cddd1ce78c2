using TorchSharp.Modules;

namespace RctOnnx.Train.Optimization;

/// <summary>Which parameters are decayed and which are trained.</summary>
public static class ParameterGroups
{
    /// <summary>Weight decay leaves biases and layer normalisations alone, as BERT's training does (Devlin et al. 2018).</summary>
    public static bool IsDecayed(string name) =>
        !name.EndsWith(".bias", StringComparison.Ordinal) && !name.EndsWith("norm.weight", StringComparison.Ordinal);

    /// <summary>The parameters that ask for gradients, with their decay and rate, in the order of their names.</summary>
    /// <param name="parameters">By canonical name.</param>
    /// <param name="weightDecay">Of those that are decayed.</param>
    /// <param name="rateFactor">Factor of the learning rate by name; null is 1 for all.</param>
    /// <param name="firstStep">Steps that pass before a parameter is trained, by name; null is 0 for all.</param>
    public static IReadOnlyList<TrainedParameter> Of(
        IReadOnlyDictionary<string, Parameter> parameters, double weightDecay, Func<string, double>? rateFactor = null, Func<string, long>? firstStep = null) =>
        [.. parameters.Where(pair => pair.Value.requires_grad).OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new TrainedParameter(pair.Key, pair.Value, IsDecayed(pair.Key) ? weightDecay : 0, rateFactor?.Invoke(pair.Key) ?? 1, firstStep?.Invoke(pair.Key) ?? 0))];
}
