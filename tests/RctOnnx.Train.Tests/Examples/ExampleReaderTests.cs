using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Train.Tests.Examples;

public sealed class ExampleReaderTests : IDisposable
{
    private const int RowCount = 15_000;

    private static readonly string[] Words = ["a", "b", "c", "d"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly WordPieceTokenizer Tokenizer = WordPieceTokenizer.Create(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words], new TokenizerSettings { LowerCase = true });

    private static string TextOf(int row) => string.Join(' ', Enumerable.Range(0, 1 + (row * 31 % 120)).Select(i => Words[(row * i + i) % Words.Length]));

    [Fact]
    public void Rows_of_tsv_and_of_Parquet_in_memory_and_in_a_file_are_the_same_data()
    {
        File.WriteAllLines(_folder.File("rows.tsv"), ["label\ttext", .. Enumerable.Range(0, RowCount).Select(i => $"label {i % 3}\t{TextOf(i)}")]);
        ParquetFiles.Write(_folder.File("rows.parquet"), 4096, ("text", Enumerable.Range(0, RowCount).Select(TextOf).ToArray()), ("label", Enumerable.Range(0, RowCount).Select(i => $"label {i % 3}").ToArray()));
        ExampleSet memory = Read("rows.tsv", new TokenStore());
        using TokenStore store = new(_folder.File("tokens"), 0);
        ExampleSet file = Read("rows.parquet", store);
        Assert.True(store.SpilledLength > 1 << 20);
        Assert.Equal(memory.Hash, file.Hash);
        Assert.Equal(memory.Classes, file.Classes);
        foreach (int[] rows in BatchPlan.ForEpoch(file.Tokens.Lengths(), 64, seed: 1, epoch: 0))
            Assert.Equal(TokenBatch.Of(memory.Tokens, rows, 0).Ids, TokenBatch.Of(file.Tokens, rows, 0).Ids);
    }

    [Fact]
    public void No_row_is_kept_as_text_where_rows_are_split()
    {
        List<WeakReference> texts = [];
        DataSplit split = DataSplit.Stratified(Rows(), 0.2, 0, 1);
        ExampleSet train = new ExampleReader(Tokenizer, new LabelSet(["x"]), 64).Read("train", split.Train, keepTexts: false);
        GC.Collect();
        Assert.InRange(texts.Count(text => text.IsAlive), 0, 5);
        Assert.InRange(train.Tokens.RowCount, 700, 900);
        GC.KeepAlive(split);

        IEnumerable<TextRow> Rows()
        {
            for (int i = 0; i < 1000; i++)
            {
                TextRow row = new() { Text = $"{TextOf(i)} {i}", Label = "x", Source = "a", Line = i + 1 };
                texts.Add(new WeakReference(row.Text));
                yield return row;
            }
        }
    }

    private ExampleSet Read(string name, TokenStore store)
    {
        TaskData data = TaskData.Open(new TrainSettings { Train = [_folder.File(name)] });
        return new ExampleReader(Tokenizer, LabelSet.Of(data.Train), 128).Read("train", data.Train, keepTexts: false, store);
    }
}
