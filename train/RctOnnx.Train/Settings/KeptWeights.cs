namespace RctOnnx.Train.Settings;

/// <summary>Which weights a run ends with.</summary>
public enum KeptWeights
{
    /// <summary>Those of the best evaluation on dev.</summary>
    Best,

    /// <summary>Those of the last step.</summary>
    Last,
}
