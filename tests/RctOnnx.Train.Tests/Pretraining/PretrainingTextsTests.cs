using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Pretraining;
using Xunit;

namespace RctOnnx.Train.Tests.Pretraining;

public class PretrainingTextsTests
{
    private static readonly TokenizerSettings Settings = new() { LowerCase = true };
    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d"];

    private static PretrainingTexts Read(PretrainSettings settings) =>
        PretrainingTexts.Read(settings, WordPieceTokenizer.Create(Vocabulary, Settings), TestContext.Current.CancellationToken);

    private static int[][] Rows(TokenStore store) => [.. Enumerable.Range(0, store.RowCount).Select(row => store.Ids(row))];

    [Fact]
    public void Read_runs_texts_on_through_full_blocks_with_a_separator_between_documents()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("texts.txt");
        File.WriteAllText(path, "a b\nc\n\nd a b\nc d a b\n");
        PretrainingTexts texts = Read(new PretrainSettings { Input = [path], MaxLength = 8, HeldOutShare = 0 });
        Assert.Equal([[2, 5, 6, 7, 3, 8, 5, 3], [2, 6, 7, 8, 5, 6, 3]], Rows(texts.Train));
        Assert.Equal(4, texts.TextCount);
        Assert.Equal(0, texts.HeldOut.RowCount);
    }

    [Fact]
    public void Read_gives_each_text_blocks_of_its_own_where_told()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("texts.txt");
        File.WriteAllText(path, "a b\nc\n\na b c d a b c d\n");
        PretrainingTexts texts = Read(new PretrainSettings { Input = [path], MaxLength = 8, HeldOutShare = 0, SeparateTexts = true });
        Assert.Equal([[2, 5, 6, 3], [2, 7, 3], [2, 5, 6, 7, 8, 5, 6, 3], [2, 7, 8, 3]], Rows(texts.Train));
    }

    [Fact]
    public void Read_takes_the_column_that_is_named()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("notes.csv");
        File.WriteAllText(path, "text,note\na b,c d\n");
        Assert.Equal([[2, 7, 8, 3]], Rows(Read(new PretrainSettings { Input = [path], TextColumn = "note", MaxLength = 8, HeldOutShare = 0 }).Train));
        Assert.Contains("'nota'", Assert.Throws<DataException>(() => Read(new PretrainSettings { Input = [path], TextColumn = "nota" })).Message);
    }

    [Fact]
    public void Read_takes_a_text_of_a_table_once()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("notes.csv");
        File.WriteAllText(path, "text,label\na b,x\nc d,x\na b,y\n");
        PretrainingTexts texts = Read(new PretrainSettings { Input = [path], MaxLength = 8, HeldOutShare = 0, SeparateTexts = true });
        Assert.Equal([[2, 5, 6, 3], [2, 7, 8, 3]], Rows(texts.Train));
        Assert.Equal((2, 1), (texts.TextCount, texts.RepeatedCount));
    }

    [Fact]
    public void Read_drops_blocks_of_unknown_words_alone()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("texts.txt");
        File.WriteAllText(path, "zzz yyy\n\na\n");
        PretrainingTexts texts = Read(new PretrainSettings { Input = [path], MaxLength = 8, HeldOutShare = 0, SeparateTexts = true });
        Assert.Equal([[2, 5, 3]], Rows(texts.Train));
    }

    [Fact]
    public void Read_holds_out_whole_documents_by_the_seed()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("abstracts.txt");
        // Document i says i times "a", then "b": none may appear on both sides.
        File.WriteAllText(path, string.Concat(Enumerable.Range(1, 60).Select(i => $"###{i}\nMETHODS\t{string.Join(' ', Enumerable.Repeat("a", i))}\nRESULTS\t{string.Join(' ', Enumerable.Repeat("b", i))}\n\n")));
        PretrainSettings settings = new() { Input = [path], MaxLength = 100, HeldOutShare = 0.3, SeparateTexts = true, Seed = 4 };
        PretrainingTexts texts = Read(settings);
        int[] train = [.. Rows(texts.Train).Select(row => row.Length).Distinct()], held = [.. Rows(texts.HeldOut).Select(row => row.Length).Distinct()];
        Assert.Empty(train.Intersect(held));
        Assert.InRange(held.Length, 8, 30);
        Assert.Equal(60, train.Length + held.Length);
        Assert.Equal(texts.Hash, Read(settings).Hash);
        Assert.NotEqual(texts.Hash, Read(settings with { Seed = 5 }).Hash);
    }

    [Fact]
    public void Read_leaves_out_texts_that_hold_a_sentence_of_the_excluded_files()
    {
        using TemporaryFolder folder = new();
        string input = folder.File("texts.txt"), test = folder.File("test.tsv");
        File.WriteAllText(test, "label\ttext\nRESULTS\tPain fell by 3.4 points in the drug group.\nMETHODS\ta b c\n");
        File.WriteAllText(input, "a b c\nd d. PAIN fell by 9 points, in the (drug) group! a a\nPain fell by 3 points in the placebo group.\n");
        PretrainingTexts texts = Read(new PretrainSettings { Input = [input], Exclude = [test], MaxLength = 32, HeldOutShare = 0 });
        Assert.Equal(1, texts.ExcludedCount);
        Assert.Equal(2, texts.TextCount);
    }

    [Fact]
    public void Read_refuses_texts_that_leave_nothing()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("texts.txt");
        File.WriteAllText(path, "zzz\n");
        Assert.Throws<DataException>(() => Read(new PretrainSettings { Input = [path], MaxLength = 8 }));
    }
}
