using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Vocabulary;
using Xunit;

namespace RctOnnx.Train.Tests.Vocabulary;

public class VocabularyTrainerTests
{
    private static readonly TokenizerSettings Settings = new() { LowerCase = true };
    private static readonly string[] Special = [Settings.PadToken, Settings.UnknownToken, Settings.ClsToken, Settings.SepToken, Settings.MaskToken];

    private static IReadOnlyList<string> Train(Dictionary<string, long> counts, VocabularyOptions? options = null) => VocabularyTrainer.Train(counts, Settings, options);

    [Fact]
    public void Train_joins_the_most_frequent_pair_first_and_marks_what_continues_a_word()
    {
        IReadOnlyList<string> pieces = Train(new() { ["low"] = 5, ["lower"] = 2, ["new"] = 6 }, new VocabularyOptions { Size = 100, MinFrequency = 5 });
        // Characters in ordinal order; ##o ##w and l ##o both stand 7 times, and ##o came first; then l ##ow (7); ##e ##w and n ##e
        // 6 times, then n ##ew; ##e ##r is below the frequency.
        Assert.Equal([.. Special, "##e", "##o", "##r", "##w", "l", "n", "##ow", "low", "##ew", "new"], pieces);
    }

    [Fact]
    public void Train_of_equal_counts_joins_the_pair_whose_pieces_came_first()
    {
        IReadOnlyList<string> pieces = Train(new() { ["cd"] = 3, ["ab"] = 3 }, new VocabularyOptions { Size = 10 });
        Assert.Equal("ab", pieces[^1]);
        Assert.DoesNotContain("cd", pieces);
    }

    [Fact]
    public void Train_gives_the_same_pieces_whatever_the_order_of_the_words()
    {
        Random random = new(3);
        Dictionary<string, long> counts = [];
        while (counts.Count < 300) counts[new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => (char)('a' + random.Next(6)))])] = random.Next(1, 5);
        VocabularyOptions options = new() { Size = 150 };
        IReadOnlyList<string> first = Train(counts, options);
        Assert.Equal(first, Train(counts.Reverse().ToDictionary(pair => pair.Key, pair => pair.Value), options));
        Assert.Equal(150, first.Count);
        Assert.Equal(first.Count, first.Distinct().Count());
    }

    [Fact]
    public void Train_counts_pairs_again_after_every_join_as_a_plain_recount_does()
    {
        Random random = new(5);
        Dictionary<string, long> counts = [];
        while (counts.Count < 80) counts[new string([.. Enumerable.Range(0, random.Next(2, 10)).Select(_ => (char)('a' + random.Next(3)))])] = random.Next(1, 9);
        Assert.Equal(PlainRecount(counts, 60), Train(counts, new VocabularyOptions { Size = 60, MinFrequency = 1 }));
    }

    [Fact]
    public void Train_leaves_out_words_with_characters_beyond_the_alphabet()
    {
        IReadOnlyList<string> pieces = Train(new() { ["aa"] = 9, ["ab"] = 4, ["ß"] = 1 }, new VocabularyOptions { Size = 50, AlphabetLimit = 2 });
        Assert.Contains("ab", pieces);
        Assert.DoesNotContain("ß", pieces);
    }

    [Fact]
    public void Train_stops_where_no_pair_is_frequent_enough()
    {
        Assert.DoesNotContain("ab", Train(new() { ["ab"] = 1 }, new VocabularyOptions { Size = 50, MinFrequency = 2 }));
        Assert.Contains("ab", Train(new() { ["ab"] = 1 }, new VocabularyOptions { Size = 50, MinFrequency = 1 }));
    }

    [Fact]
    public void Train_refuses_limits_that_cannot_be_met_all_at_once_and_texts_without_words()
    {
        string message = Assert.Throws<SettingsException>(() => Train(new() { ["a"] = 1 }, new VocabularyOptions { Size = 5, MinFrequency = 0, AlphabetLimit = 0 })).Message;
        Assert.Contains("size is 5", message, StringComparison.Ordinal);
        Assert.Contains("min-frequency is 0", message, StringComparison.Ordinal);
        Assert.Contains("alphabet-limit is 0", message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Train([]));
    }

    [Fact]
    public void The_tokenizer_spells_every_counted_word_with_the_trained_pieces()
    {
        string[] texts = ["The dose was 2.5 mg/day; Ödem and naïve patients!", "Dose-response: the dosage (mg) was halved.", "患者 were treated."];
        WordCounter words = new(Settings);
        foreach (string text in texts) words.Add(text);
        Assert.Equal(2, words.Counts["the"]);
        Assert.Contains("odem", words.Counts.Keys);
        Assert.Contains("患", words.Counts.Keys);
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(Train(words.Counts.ToDictionary(), new VocabularyOptions { Size = 120, MinFrequency = 1 }), Settings);
        foreach (string text in texts) Assert.DoesNotContain(tokenizer.UnknownId, tokenizer.Encode(text).Ids);
    }

    // The same rule without any bookkeeping: count all pairs, join the best, begin again.
    private static List<string> PlainRecount(Dictionary<string, long> counts, int size)
    {
        List<(List<string> Pieces, long Count)> words = [.. counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key.Select((c, i) => i == 0 ? $"{c}" : $"##{c}").ToList(), pair.Value))];
        List<string> vocabulary = [.. Special, .. words.SelectMany(word => word.Pieces).Distinct().Order(StringComparer.Ordinal)];
        while (vocabulary.Count < size)
        {
            var best = words.SelectMany(word => word.Pieces.Zip(word.Pieces.Skip(1), (a, b) => (Pair: (a, b), word.Count)))
                .GroupBy(one => one.Pair).Select(group => (group.Key, Count: group.Sum(one => one.Count)))
                .OrderByDescending(one => one.Count).ThenBy(one => vocabulary.IndexOf(one.Key.a)).ThenBy(one => vocabulary.IndexOf(one.Key.b)).FirstOrDefault();
            if (best.Count < 1) break;
            string joined = best.Key.a + best.Key.b[2..];
            if (!vocabulary.Contains(joined)) vocabulary.Add(joined);
            foreach ((List<string> pieces, _) in words)
                for (int i = 0; i + 1 < pieces.Count; i++)
                    if ((pieces[i], pieces[i + 1]) == best.Key)
                    {
                        pieces[i] = joined;
                        pieces.RemoveAt(i + 1);
                    }
        }
        return vocabulary;
    }
}
