namespace RctOnnx.Runtime;

/// <summary>
/// Token counts in, batches out. Every row is in exactly one batch, and the plan depends on nothing but its arguments.
/// </summary>
internal static class BatchPlanner
{
    /// <summary>Batches whose rows all have the same length, as <see cref="EqualLengthPlan"/> gives them: those that are full in the order in which they become so, then the others, the longest first.</summary>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="tokenBudget">Tokens of a batch; a longer row is a batch of its own.</param>
    public static List<PlannedBatch> EqualLengths(ReadOnlySpan<int> lengths, int tokenBudget) => All(lengths, new EqualLengthPlan(tokenBudget));

    /// <summary>All batches of a plan.</summary>
    public static List<PlannedBatch> All(ReadOnlySpan<int> lengths, IBatchPlan plan)
    {
        Queue<PlannedBatch> ready = [];
        for (int row = 0; row < lengths.Length; row++) plan.Add(row, lengths[row], ready);
        plan.Finish(ready);
        return [.. ready];
    }

    /// <summary>Batches of rows of like length, the longest first, to be padded to the longest of each; the budget counts the padding.</summary>
    public static List<PlannedBatch> Padded(ReadOnlySpan<int> lengths, int tokenBudget)
    {
        int[] order = Order(lengths);
        List<PlannedBatch> batches = [];
        for (int start = 0; start < order.Length;)
        {
            int longest = lengths[order[start]];
            int count = Math.Min(Math.Max(1, tokenBudget / Math.Max(1, longest)), order.Length - start);
            batches.Add(new PlannedBatch(new ArraySegment<int>(order, start, count), longest));
            start += count;
        }
        return batches;
    }

    // All rows, the longest first and equal ones in their order (a counting sort).
    private static int[] Order(ReadOnlySpan<int> lengths)
    {
        int longest = 0;
        foreach (int length in lengths) longest = Math.Max(longest, length);
        int[] places = new int[longest + 1], order = new int[lengths.Length];
        foreach (int length in lengths) places[length]++;
        for (int length = longest, place = 0; length >= 0; length--) (places[length], place) = (place, place + places[length]);
        for (int row = 0; row < order.Length; row++) order[places[lengths[row]]++] = row;
        return order;
    }
}
