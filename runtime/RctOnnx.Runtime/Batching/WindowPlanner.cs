namespace RctOnnx.Runtime;

/// <summary>Where the overlapping windows over a long text begin.</summary>
internal static class WindowPlanner
{
    /// <summary>
    /// First piece of each window of <paramref name="width"/> pieces. The last window ends with the text and is moved back to
    /// be full, so that no window has less context than the others.
    /// </summary>
    public static List<int> Starts(int pieceCount, int width, int overlap)
    {
        List<int> starts = [0];
        int step = width - overlap;
        while (starts[^1] + width < pieceCount) starts.Add(Math.Min(starts[^1] + step, pieceCount - width));
        return starts;
    }
}
