namespace RctOnnx.Train.Optimization;

/// <summary>Constants of Adam. Immutable; defaults are PyTorch's.</summary>
public sealed record AdamOptions
{
    /// <summary>True for AdamW (Loshchilov and Hutter 2019); false for Adam with the decay as L2 in the gradient (Kingma and Ba 2015).</summary>
    public bool DecoupledDecay { get; init; } = true;

    /// <summary>Memory of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Memory of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Throws <see cref="SettingsException"/> that lists every fault together.</summary>
    public void Validate()
    {
        List<string> faults = [];
        if (!(Beta1 >= 0 && Beta1 < 1)) faults.Add($"beta 1 is {Beta1}, expected at least 0 and below 1");
        if (!(Beta2 >= 0 && Beta2 < 1)) faults.Add($"beta 2 is {Beta2}, expected at least 0 and below 1");
        if (!(Epsilon > 0 && double.IsFinite(Epsilon))) faults.Add($"epsilon is {Epsilon}, expected a positive number");
        if (faults.Count > 0) throw new SettingsException($"The optimiser is not usable: {string.Join("; ", faults)}.");
    }
}
