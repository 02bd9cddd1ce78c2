using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Pretraining;
using Xunit;

namespace RctOnnx.Train.Tests.Pretraining;

public class MaskerTests
{
    private const int Pad = 0, Unknown = 1, Cls = 2, Sep = 3, Mask = 4, FirstWord = 5, FirstContinuation = 55, Size = 105;
    private static readonly TokenizerSettings Settings = new() { LowerCase = true };

    private static readonly string[] Vocabulary =
    [
        Settings.PadToken, Settings.UnknownToken, Settings.ClsToken, Settings.SepToken, Settings.MaskToken,
        .. Enumerable.Range(0, 50).Select(i => $"w{i}"), .. Enumerable.Range(0, 50).Select(i => $"##c{i}"),
    ];

    // Rows of words, half of them with one continuation, some unknown; of several lengths, so that a batch is padded.
    private static TokenStore Store(int rows)
    {
        Random random = new(7);
        TokenStore store = new();
        for (int row = 0; row < rows; row++)
        {
            List<int> ids = [Cls];
            for (int word = 0; word < 30 + row % 5; word++)
            {
                ids.Add(word == 3 ? Unknown : FirstWord + random.Next(50));
                if (word != 3 && random.Next(2) == 0) ids.Add(FirstContinuation + random.Next(50));
            }
            ids.Add(Sep);
            store.Add(ids.ToArray(), ids.Count);
        }
        return store;
    }

    private static int[] Rows(TokenStore store) => [.. Enumerable.Range(0, store.RowCount)];

    [Fact]
    public void Mask_asks_for_the_share_of_every_row_and_keeps_special_unknown_and_padding_out()
    {
        TokenStore store = Store(20);
        MaskedBatch batch = new Masker(Vocabulary, Settings).Mask(store, Rows(store), seed: 1, number: 0);
        TokenBatch plain = TokenBatch.Of(store, Rows(store), Pad);
        Assert.All(batch.Positions.Zip(batch.Labels), pair => Assert.Equal(plain.Ids[pair.First], pair.Second));
        Assert.All(batch.Labels, label => Assert.True(label >= FirstWord));
        Assert.Equal(batch.Positions.Length, batch.Positions.Distinct().Count());
        foreach (IGrouping<long, long> row in batch.Positions.GroupBy(position => position / plain.Width))
        {
            int candidates = store.Ids((int)row.Key).ToArray().Count(id => id >= FirstWord);
            Assert.InRange(row.Count(), (int)Math.Round(candidates * 0.15) - 1, (int)Math.Round(candidates * 0.15));
        }
    }

    [Fact]
    public void Mask_hides_eight_in_ten_replaces_one_and_leaves_one()
    {
        TokenStore store = Store(400);
        MaskedBatch batch = new Masker(Vocabulary, Settings).Mask(store, Rows(store), seed: 1, number: 0);
        double count = batch.Labels.Length;
        long[] shown = [.. batch.Positions.Select(position => batch.Tokens.Ids[position])];
        double hidden = shown.Count(id => id == Mask) / count, kept = shown.Zip(batch.Labels).Count(pair => pair.First == pair.Second) / count;
        Assert.True(count > 2000);
        Assert.InRange(hidden, 0.77, 0.83);
        Assert.InRange(kept, 0.08, 0.125);
        Assert.All(shown, id => Assert.True(id is Mask or (>= FirstWord and < Size)));
        // What was not asked for is as it was.
        TokenBatch plain = TokenBatch.Of(store, Rows(store), Pad);
        HashSet<long> asked = [.. batch.Positions];
        Assert.All(Enumerable.Range(0, plain.Ids.Length).Where(i => !asked.Contains(i)), i => Assert.Equal(plain.Ids[i], batch.Tokens.Ids[i]));
    }

    [Fact]
    public void Mask_takes_words_whole_or_pieces_alone_as_told()
    {
        TokenStore store = Store(60);
        Assert.Equal(0, Split(new MaskingOptions()));
        Assert.True(Split(new MaskingOptions { WholeWords = false }) > 0);

        int Split(MaskingOptions options)
        {
            MaskedBatch batch = new Masker(Vocabulary, Settings, options).Mask(store, Rows(store), seed: 1, number: 0);
            TokenBatch plain = TokenBatch.Of(store, Rows(store), Pad);
            HashSet<long> asked = [.. batch.Positions];
            return Enumerable.Range(1, plain.Ids.Length - 1).Count(i => plain.Ids[i] >= FirstContinuation && asked.Contains(i) != asked.Contains(i - 1));
        }
    }

    [Fact]
    public void Mask_repeats_by_seed_and_number_and_differs_by_either()
    {
        TokenStore store = Store(8);
        Masker masker = new(Vocabulary, Settings);
        MaskedBatch first = masker.Mask(store, Rows(store), 1, 5), again = masker.Mask(store, Rows(store), 1, 5);
        Assert.Equal(first.Positions, again.Positions);
        Assert.Equal(first.Tokens.Ids, again.Tokens.Ids);
        Assert.NotEqual(first.Positions, masker.Mask(store, Rows(store), 1, 6).Positions);
        Assert.NotEqual(first.Positions, masker.Mask(store, Rows(store), 2, 5).Positions);
    }

    [Fact]
    public void A_vocabulary_of_special_tokens_alone_is_refused() =>
        Assert.Throws<ModelFileException>(() => new Masker(Vocabulary[..5], Settings));
}
