namespace RctOnnx.Train.MultiTask;

/// <summary>How often each of several tasks gives a batch.</summary>
public enum TaskSampling
{
    /// <summary>As often as it has batches: every row of every task once an epoch.</summary>
    Size,

    /// <summary>By n^(1/T) of its n rows: the higher the temperature T, the more even (Arivazhagan et al. 2019, for languages).</summary>
    Temperature,

    /// <summary>One batch of each task after the other.</summary>
    Turn,
}
