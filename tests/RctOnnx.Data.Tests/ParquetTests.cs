using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Data.Tests;

public sealed class ParquetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("a.parquet");

    public void Dispose() => _folder.Dispose();

    private TextRow[] Rows(ColumnNames? columns, params (string Name, Array Values)[] table)
    {
        ParquetFiles.Write(Path, 2, table);
        return [.. TextDataset.Read(Path, null, columns)];
    }

    private static string?[] Texts(int count) => [.. Enumerable.Range(0, count).Select(i => $"text {i}")];

    [Fact]
    public void Columns_are_found_by_name_over_several_row_groups_and_rows_are_numbered()
    {
        TextRow[] rows = Rows(new ColumnNames { Text = "sentence", Pair = "other", Group = "doc" },
            ("unused", new double[5]), ("doc", new long[] { 7, 7, 8, 8, 9 }), ("other", Texts(5)), ("label", new[] { "A", "B", "A", "", "é" }), ("sentence", new[] { "one", "", "drei", "四", "five\nlines" }));
        Assert.Equal(["one", "", "drei", "四", "five\nlines"], rows.Select(row => row.Text));
        Assert.Equal(["A", "B", "A", "", "é"], rows.Select(row => row.Label));
        Assert.Equal(["7", "7", "8", "8", "9"], rows.Select(row => row.Group));
        Assert.Equal(Texts(5), rows.Select(row => row.Pair));
        Assert.Equal([1L, 2, 3, 4, 5], rows.Select(row => row.Line));
        Assert.Equal($"'{Path}', row 5", rows[4].Place);
    }

    public static TheoryData<Array, string[]> Labels => new()
    {
        { new[] { "x", "y", "z" }, ["x", "y", "z"] },
        { new[] { 1, -2, 3 }, ["1", "-2", "3"] },
        { new int?[] { 4, 5, 6 }, ["4", "5", "6"] },
        { new[] { long.MaxValue, 0, 1 }, ["9223372036854775807", "0", "1"] },
        { new byte[] { 0, 1, 255 }, ["0", "1", "255"] },
        { new[] { 0.1f, 2, -3.5f }, ["0.1", "2", "-3.5"] },
        { new[] { 2.5, 1e30, 3 }, ["2.5", "1E+30", "3"] },
        { new[] { true, false, true }, ["true", "false", "true"] },
        { new bool?[] { false, true, false }, ["false", "true", "false"] },
        { new string[][] { ["x", "y"], [], ["z"] }, ["x|y", "", "z"] },
    };

    [Theory]
    [MemberData(nameof(Labels))]
    public void A_label_is_a_text_a_number_a_boolean_or_a_list_of_texts(Array labels, string[] expected) =>
        Assert.Equal(expected, Rows(null, ("text", Texts(3)), ("label", labels)).Select(row => row.Label));

    [Fact]
    public void Columns_of_flags_of_any_kind_become_labels()
    {
        ColumnNames columns = new() { Flags = ["a", "b", "c"] };
        Assert.Equal(["a|b", "c", "b"], Rows(columns, ("text", Texts(3)), ("a", new[] { 1, 0, 0 }), ("b", new[] { true, false, true }), ("c", new[] { "0", "1", "0" })).Select(row => row.Label));
        Assert.Contains("row 2: the column 'a' holds '2', expected 0 or 1",
            Assert.Throws<DataException>(() => Rows(new ColumnNames { Flags = ["a"] }, ("text", Texts(2)), ("a", new[] { 1, 2 }))).Message);
    }

    public static TheoryData<string, Array, Array, string> Refused => new()
    {
        { "sentence", Texts(3), Texts(3), "has no column 'text'; its columns are 'sentence', 'label'. Name the right one." },
        { "text", new[] { 1, 2, 3 }, Texts(3), "the column 'text' holds values of the type Int32, expected a text in every row" },
        { "text", new string[][] { ["a"], ["b"] }, Texts(2), "the column 'text' holds lists of String, expected a text in every row" },
        { "text", new byte[][] { [1], [2] }, Texts(2), "the column 'text' holds values of the type Binary" },
        { "text", Texts(2), new DateTime[2], "the column 'label' holds values of the type DateTime, expected a text, a number, true or false, or a list" },
        { "text", new[] { "a", "b", null, "d" }, Texts(4), "row 3: 'text' is null or not a number, expected a value. Fill it in" },
        { "text", Texts(3), new int?[] { 1, 2, null }, "row 3: 'label' is null" },
        { "text", Texts(2), new[] { 1, double.NaN }, "row 2: 'label' is null or not a number" },
        { "text", Texts(3), new string[][] { ["a"], null!, ["b"] }, "row 2: 'label' is null" },
        { "text", Texts(3), new string[][] { ["a"], ["b", null!], ["b"] }, "row 2: 'label' is null" },
        { "text", Array.Empty<string>(), Array.Empty<string>(), "holds no examples" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_table_that_breaks_a_rule_is_refused_by_file_and_row(string name, Array texts, Array labels, string reason)
    {
        string message = Assert.Throws<DataException>(() => Rows(null, (name, texts), ("label", labels))).Message;
        Assert.Contains(reason, message);
        Assert.Contains("a.parquet'", message);
    }

    [Fact]
    public void Read_with_a_taker_of_bad_rows_goes_on_after_each()
    {
        ParquetFiles.Write(Path, 2, ("text", new[] { "one", null, "two", null, "three" }), ("label", new[] { "A", "A", "A", "A", "B" }));
        List<string> faults = [];
        Assert.Equal(["one", "two", "three"], TextDataset.Read(Path, null, null, fault => faults.Add(fault.Message)).Select(row => row.Text));
        Assert.Collection(faults, first => Assert.Contains("row 2", first), second => Assert.Contains("row 4", second));
    }

    [Fact]
    public void A_later_message_names_the_row()
    {
        TextRow row = Rows(null, ("text", Texts(2)), ("label", new[] { "A", "C" }))[1];
        Assert.Contains("a.parquet', row 2: the label 'C' is not known", Assert.Throws<DataException>(() => new LabelSet(["A"]).IndexOf(row)).Message);
    }

    [Fact]
    public void A_pipe_and_bytes_that_are_no_Parquet_are_refused()
    {
        Assert.Contains("Save it as a file", Assert.Throws<DataException>(() => TextDataset.Read(new PipeStream(), "standard input", DataFormat.Parquet).ToList()).Message);
        File.WriteAllText(Path, "text,label\na,b\n");
        string message = Assert.Throws<DataException>(() => TextDataset.Read(Path).ToList()).Message;
        Assert.Contains("cannot be read as Parquet", message);
        Assert.Contains("write it anew", message);
    }

    [Fact]
    public void Any_one_damaged_byte_gives_rows_or_a_refusal_and_nothing_else()
    {
        ParquetFiles.Write(Path, 3, ("text", Texts(7)), ("label", new string[][] { ["x"], [], ["y", "z"], ["x"], ["x"], ["y"], [] }));
        byte[] whole = File.ReadAllBytes(Path);
        string damaged = _folder.File("damaged.parquet");
        int refused = 0;
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] bytes = [.. whole];
            bytes[i] ^= (byte)(1 + (i * 7919 % 255));
            refused += Outcome(bytes);
        }
        for (int length = 0; length < whole.Length; length += 5) Assert.Equal(1, Outcome(whole[..length]));
        Assert.InRange(refused, whole.Length / 4, whole.Length);

        int Outcome(byte[] bytes)
        {
            File.WriteAllBytes(damaged, bytes);
            try
            {
                Assert.InRange(TextDataset.Read(damaged).Count(), 1, 1000);
                return 0;
            }
            catch (DataException e)
            {
                Assert.Contains("damaged.parquet'", e.Message);
                return 1;
            }
        }
    }

    private sealed class PipeStream : MemoryStream
    {
        public override bool CanSeek => false;
    }
}
