namespace RctOnnx.Train.Pretraining;

/// <summary>Batches of texts with hidden pieces. What is hidden follows from seed, epoch and rows, so that no generator is stored.</summary>
internal sealed class PretrainingBatches(PretrainSettings settings, PretrainingTexts texts, Masker masker)
{
    /// <summary>A number of its own for every batch of training, 0 or more: a row stands in one batch of an epoch.</summary>
    public long NumberOf(int[] rows, int epoch) => (long)epoch * texts.Train.RowCount + rows[0];

    /// <summary>A batch of training.</summary>
    public MaskedBatch Train(int[] rows, long number) => masker.Mask(texts.Train, rows, settings.Seed, number);

    /// <summary>The held-out blocks, the same in every call, with numbers below 0.</summary>
    public IEnumerable<(MaskedBatch Batch, long Number)> HeldOut()
    {
        long number = -1;
        foreach (int[] rows in Enumerable.Range(0, texts.HeldOut.RowCount).Chunk(settings.Batch))
        {
            yield return (masker.Mask(texts.HeldOut, rows, settings.Seed, number), number);
            number--;
        }
    }
}
