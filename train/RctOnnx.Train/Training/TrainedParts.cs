using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>What of a model is trained, from when on and at which rate.</summary>
/// <param name="Parameters">All parameters by canonical name.</param>
/// <param name="Unfreezing">When what is frozen at the start is trained; null where it stays as it is.</param>
/// <param name="RateFactor">Factor of the learning rate of a parameter by its name; null is 1 for all.</param>
internal sealed record TrainedParts(IReadOnlyDictionary<string, Parameter> Parameters, UnfreezingPlan? Unfreezing, Func<string, double>? RateFactor)
{
    /// <summary>Freezes what the settings say, and has layers computed again where they say so.</summary>
    /// <exception cref="SettingsException">A name is no parameter's, or layers cannot be computed again on this device.</exception>
    public static TrainedParts Of(TrainSettings settings, ClassifierModel model, Device device)
    {
        IReadOnlyDictionary<string, Parameter> parameters = model.Parameters();
        IReadOnlyList<string> chosen = settings is { UnfreezeEvery: not null, Freeze.Count: 0 } ? [FrozenParameters.Encoder] : settings.Freeze;
        IReadOnlySet<string> frozen = FrozenParameters.Of(parameters.Keys, chosen, model.Config.LayerCount);
        UnfreezingPlan? unfreezing = settings.UnfreezeEvery is { } every ? new UnfreezingPlan(frozen, every, model.Config.LayerCount) : null; // the optimiser asks for gradients in time
        if (unfreezing is null) model.Freeze(frozen);
        if (settings.GradientCheckpointing && device.type != DeviceType.CPU)
            throw new SettingsException($"--gradient-checkpointing on {device.type}: TorchSharp does not give the state of its random numbers there, so that a layer could not draw its dropout once more. Take --device cpu, or lower --batch and raise --accumulation.");
        model.RecomputeLayers(settings.GradientCheckpointing);
        return new TrainedParts(parameters, unfreezing, settings.LayerDecay == 1 ? null : name => LayerRates.FactorOf(name, settings.LayerDecay, model.Config.LayerCount));
    }
}
