namespace RctOnnx.Runtime;

/// <summary>Puts the answers of a batch to their places among those of all rows.</summary>
/// <param name="LabelCount">Columns of an answer.</param>
/// <param name="IsPerToken">Whether the graph answers for every token, as that of a document model does.</param>
/// <param name="IsAtReads">Whether it answers for the places that rows read and for no others, in their order.</param>
internal readonly record struct BatchAnswers(int LabelCount, bool IsPerToken, bool IsAtReads = false)
{
    /// <summary>Shape of what a batch gives.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="batch">Those that run.</param>
    public long[] Shape(TokenRows rows, PlannedBatch batch)
    {
        if (!IsAtReads) return IsPerToken ? [batch.Rows.Count, batch.Length, LabelCount] : [batch.Rows.Count, LabelCount];
        long count = 0;
        foreach (int row in batch.Rows) count += rows.Reads(row).Length;
        return [count, LabelCount];
    }

    /// <summary>Copies what a batch gave. Where the graph answers for every token and a row names no places, its last token's answer is the row's.</summary>
    /// <param name="result">[rows of the batch, labels], [rows of the batch, width, labels], or [reads of the batch, labels].</param>
    /// <param name="rows">All rows.</param>
    /// <param name="batch">Those that ran.</param>
    /// <param name="output">[answers of all rows, labels].</param>
    public void Copy(ReadOnlySpan<float> result, TokenRows rows, PlannedBatch batch, float[] output)
    {
        if (IsAtReads)
        {
            foreach (int row in batch.Rows)
            {
                int count = rows.Reads(row).Length * LabelCount;
                result[..count].CopyTo(output.AsSpan(rows.FirstAnswer(row) * LabelCount));
                result = result[count..];
            }
            return;
        }
        int stride = IsPerToken ? checked(batch.Length * LabelCount) : LabelCount;
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
