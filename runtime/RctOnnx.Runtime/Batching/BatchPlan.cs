namespace RctOnnx.Runtime;

/// <summary>The batches of a call, with memory that is used again for other calls.</summary>
internal sealed class BatchPlan
{
    private int[] _order = [], _places = [];

    /// <summary>The batches, the longest first.</summary>
    public List<PlannedBatch> Batches { get; } = [];

    /// <summary>All rows, the longest first and equal ones in their order (a counting sort). Valid until the next call.</summary>
    public int[] Order(ReadOnlySpan<int> lengths)
    {
        int longest = 0;
        foreach (int length in lengths) longest = Math.Max(longest, length);
        if (_order.Length < lengths.Length) _order = new int[Math.Max(lengths.Length, 2 * _order.Length)];
        if (_places.Length < longest + 1) _places = new int[longest + 1];
        Span<int> places = _places.AsSpan(0, longest + 1);
        places.Clear();
        foreach (int length in lengths) places[length]++;
        for (int length = longest, place = 0; length >= 0; length--) (places[length], place) = (place, place + places[length]);
        for (int row = 0; row < lengths.Length; row++) _order[places[lengths[row]]++] = row;
        return _order;
    }
}
