namespace RctOnnx.Runtime;

/// <summary>The logits of the rows of a call, [answers, labels]: it grows with the rows while workers write into it. Thread-safe.</summary>
internal sealed class LogitTable
{
    /// <summary>Up to so many values the memory is kept (16 MB); what more a rare call took is given back.</summary>
    public const int KeptValues = 1 << 22;

    private readonly Lock _writing = new();
    private float[] _values = [];

    /// <summary>Whether its memory is worth keeping for later calls.</summary>
    public bool IsKept => _values.Length <= KeptValues;

    /// <summary>Puts the answers of a batch to their places. Copies some hundred bytes, for which a batch's worker never waits long.</summary>
    /// <param name="result">What the graph gave: [rows of the batch, labels], or [rows of the batch, width, labels].</param>
    /// <param name="rows">All rows so far.</param>
    /// <param name="batch">Those that ran.</param>
    /// <param name="answers">Their form.</param>
    public void Put(ReadOnlySpan<float> result, TokenRows rows, PlannedBatch batch, BatchAnswers answers)
    {
        int needed = checked(rows.AnswerCount * answers.LabelCount);
        lock (_writing)
        {
            if (_values.Length < needed) Array.Resize(ref _values, (int)Math.Min(Array.MaxLength, Math.Max(needed, 2L * _values.Length)));
            answers.Copy(result, rows, batch, _values);
        }
    }

    /// <summary>Logits that are there: those of answers whose batch has run. Valid until the next call.</summary>
    public ReadOnlySpan<float> Slice(int first, int count) => _values.AsSpan(first, count);
}
