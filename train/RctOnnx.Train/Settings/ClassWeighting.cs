namespace RctOnnx.Train.Settings;

/// <summary>Weights of the classes in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>All one.</summary>
    None,

    /// <summary>rows / (labels × rows of the label): every label counts the same (King and Zeng 2001).</summary>
    Auto,

    /// <summary>Those of <see cref="TrainSettings.ClassWeightFile"/>.</summary>
    File,
}
