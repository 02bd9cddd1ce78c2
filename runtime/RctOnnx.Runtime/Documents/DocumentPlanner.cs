namespace RctOnnx.Runtime;

/// <summary>Which sentences of a document share a row. Pure: the same lengths give the same rows.</summary>
internal static class DocumentPlanner
{
    /// <summary>
    /// The rows of a document: one where all sentences fit; else as many whole sentences as fit, each next row beginning some sentences
    /// before the end of the last one, and the last row filled up backwards. A sentence in two rows is read where it stands further from the cut.
    /// </summary>
    /// <param name="lengths">Tokens of each sentence with its [SEP], each below <paramref name="maxLength"/>.</param>
    /// <param name="maxLength">Longest row, [CLS] included.</param>
    /// <param name="overlap">Sentences that neighbouring rows share, where they leave room for a new one.</param>
    public static List<DocumentWindow> Plan(ReadOnlySpan<int> lengths, int maxLength, int overlap)
    {
        for (int i = 0; i < lengths.Length; i++)
            if (lengths[i] >= maxLength) throw new ArgumentException($"Sentence {i} has {lengths[i]} tokens, a row of {maxLength} has room for {maxLength - 1}.", nameof(lengths));
        List<(int Start, int End)> rows = [];
        for (int start = 0; start < lengths.Length;)
        {
            int end = start, used = 1;
            while (end < lengths.Length && used + lengths[end] <= maxLength) used += lengths[end++];
            if (end == lengths.Length)
            {
                while (start > 0 && used + lengths[start - 1] <= maxLength) used += lengths[--start];
                rows.Add((start, end));
                break;
            }
            rows.Add((start, end));
            start = NextStart(lengths, Math.Max(start + 1, end - overlap), end, maxLength);
        }
        List<DocumentWindow> windows = [];
        for (int i = 0, firstRead = 0; i < rows.Count; i++)
        {
            (int start, int end) = rows[i];
            int lastRead = i + 1 < rows.Count ? (rows[i + 1].Start + end + 1) / 2 : end;
            windows.Add(new DocumentWindow(start, end - start, firstRead, lastRead - firstRead));
            firstRead = lastRead;
        }
        return windows;
    }

    // The sentence at the end must fit behind those that are shared, or the next row would bring nothing new.
    private static int NextStart(ReadOnlySpan<int> lengths, int start, int end, int maxLength)
    {
        int used = 1;
        for (int i = start; i <= end; i++) used += lengths[i];
        while (used > maxLength) used -= lengths[start++];
        return start;
    }
}
