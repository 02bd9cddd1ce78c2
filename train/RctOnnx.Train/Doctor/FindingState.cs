namespace RctOnnx.Train.Doctor;

/// <summary>What a finding means for training and export.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but is worth knowing.</summary>
    Note,

    /// <summary>Training or export do not work.</summary>
    Missing,
}
