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
    public static List<PlannedBatch> EqualLengths(ReadOnlySpan<int> lengths, int tokenBudget) => New(lengths, tokenBudget, equalOnly: true);

    /// <summary>Batches of rows of like length, to be padded to the longest; the budget counts the padding.</summary>
    public static List<PlannedBatch> Padded(ReadOnlySpan<int> lengths, int tokenBudget) => New(lengths, tokenBudget, equalOnly: false);

    /// <summary>Writes the batches of either kind into a plan that is used again.</summary>
    public static void Plan(ReadOnlySpan<int> lengths, int tokenBudget, bool equalOnly, BatchPlan plan)
    {
        int[] order = plan.Order(lengths);
        plan.Batches.Clear();
        for (int start = 0; start < lengths.Length;)
        {
            int longest = lengths[order[start]];
            int capacity = Math.Max(1, tokenBudget / Math.Max(1, longest));
            int end = start + 1;
            while (end < lengths.Length && end - start < capacity && (!equalOnly || lengths[order[end]] == longest)) end++;
            plan.Batches.Add(new PlannedBatch(new ArraySegment<int>(order, start, end - start), longest));
            start = end;
        }
    }

    private static List<PlannedBatch> New(ReadOnlySpan<int> lengths, int tokenBudget, bool equalOnly)
    {
        BatchPlan plan = new();
        Plan(lengths, tokenBudget, equalOnly, plan);
        return plan.Batches;
    }
}
