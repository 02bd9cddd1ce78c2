namespace RctOnnx.Runtime;

/// <summary>Puts the answers of a batch to their places among those of all rows.</summary>
/// <param name="LabelCount">Columns of an answer.</param>
/// <param name="IsPerToken">Whether the graph answers for every token, as that of a document model does.</param>
internal readonly record struct BatchAnswers(int LabelCount, bool IsPerToken)
{
    /// <summary>Numbers that a row of the batch gives.</summary>
    /// <param name="width">Tokens of the row with padding.</param>
    public int RowWidth(int width) => IsPerToken ? checked(width * LabelCount) : LabelCount;

    /// <summary>Copies what a batch gave. Where the graph answers for every token and a row names no places, its last token's answer is the row's.</summary>
    /// <param name="result">[rows of the batch, labels], or [rows of the batch, width, labels].</param>
    /// <param name="rows">All rows.</param>
    /// <param name="batch">Those that ran.</param>
    /// <param name="output">[answers of all rows, labels].</param>
    public void Copy(ReadOnlySpan<float> result, TokenRows rows, PlannedBatch batch, float[] output)
    {
        int stride = RowWidth(batch.Length);
        for (int i = 0; i < batch.Rows.Count; i++)
        {
            int row = batch.Rows[i];
            ReadOnlySpan<float> own = result.Slice(i * stride, stride);
            Span<float> target = output.AsSpan(rows.FirstAnswer(row) * LabelCount);
            ReadOnlySpan<int> reads = rows.Reads(row);
            if (!IsPerToken) own.CopyTo(target);
            else if (reads.IsEmpty) own.Slice((rows.Length(row) - 1) * LabelCount, LabelCount).CopyTo(target);
            else
                for (int read = 0; read < reads.Length; read++) own.Slice(reads[read] * LabelCount, LabelCount).CopyTo(target[(read * LabelCount)..]);
        }
    }
}
