namespace RctOnnx.Train.Kernels;

/// <summary>In how many parts rows are worked on.</summary>
internal static class Parts
{
    /// <summary>
    /// Enough that threads finish together, few enough that sums by part cost nothing. Sums are taken by part and then in order,
    /// so that they do not depend on the number of threads.
    /// </summary>
    public const int Count = 16;
}
