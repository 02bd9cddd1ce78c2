namespace RctOnnx.Runtime;

/// <summary>
/// Token counts in, batches out. Every row is in exactly one batch, long batches come first so that no worker is left with one
/// at the end, and the plan depends on nothing but its arguments.
/// </summary>
internal static class BatchPlanner
{
    /// <summary>Batches whose rows all have the same length: nothing is padded and no mask is needed.</summary>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="tokenBudget">Tokens of a batch; a longer row is a batch of its own.</param>
    public static List<PlannedBatch> EqualLengths(IReadOnlyList<int> lengths, int tokenBudget) =>
        Plan(lengths, tokenBudget, equalOnly: true);

    /// <summary>Batches of rows of like length, to be padded to the longest; the budget counts the padding.</summary>
    public static List<PlannedBatch> Padded(IReadOnlyList<int> lengths, int tokenBudget) =>
        Plan(lengths, tokenBudget, equalOnly: false);

    private static List<PlannedBatch> Plan(IReadOnlyList<int> lengths, int tokenBudget, bool equalOnly)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Count).OrderByDescending(row => lengths[row])]; // stable
        List<PlannedBatch> batches = [];
        for (int start = 0; start < order.Length;)
        {
            int longest = lengths[order[start]];
            int capacity = Math.Max(1, tokenBudget / Math.Max(1, longest));
            int end = start + 1;
            while (end < order.Length && end - start < capacity && (!equalOnly || lengths[order[end]] == longest)) end++;
            batches.Add(new PlannedBatch(order[start..end], longest));
            start = end;
        }
        return batches;
    }
}
