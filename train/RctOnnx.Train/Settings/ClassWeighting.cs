namespace RctOnnx.Train.Settings;

/// <summary>Weights of the classes in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>All one.</summary>
    None,

    /// <summary>rows / (labels × rows of the label): every label counts the same (King and Zeng 2001).</summary>
    Auto,

    /// <summary>By the effective number of rows, (1 − β) / (1 − βⁿ), with mean one (class-balanced loss, Cui et al. 2019): rare labels count more, but less so than by <see cref="Auto"/>.</summary>
    Effective,

    /// <summary>Those of <see cref="TrainSettings.ClassWeightFile"/>.</summary>
    File,
}
