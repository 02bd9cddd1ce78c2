using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Data.Tests;

public class TextDatasetTests
{
    private static TextRow[] Rows(string name, string content, ColumnNames? columns = null)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File(name), content);
        return [.. TextDataset.Read(folder.File(name), null, columns)];
    }

    private static string Refusal(string name, string content, ColumnNames? columns = null) =>
        Assert.Throws<DataException>(() => Rows(name, content, columns)).Message;

    [Fact]
    public void Rct_text_gives_labels_sentences_and_the_abstract_as_group()
    {
        TextRow[] rows = Rows("a.txt", "###1\nMETHODS\tWe did.\nRESULTS\tIt\tworked.\n\n###2\r\nMETHODS\tAgain.\r\n");
        Assert.Equal([("METHODS", "We did.", "1", 2L), ("RESULTS", "It\tworked.", "1", 3L), ("METHODS", "Again.", "2", 6L)],
            rows.Select(row => (row.Label!, row.Text, row.Group!, row.Line)));
    }

    [Fact]
    public void Tsv_is_read_to_the_letter_and_csv_with_quotes()
    {
        TextRow tsv = Assert.Single(Rows("a.tsv", "label\ttext\nA\tsaid \"no, once\n"));
        Assert.Equal(("A", "said \"no, once"), (tsv.Label, tsv.Text));
        TextRow[] csv = Rows("a.csv", "\ufefftext,label,pair\r\n\"two\nlines, \"\"quoted\"\"\",A,x\r\nlast,B,y\r\n", new ColumnNames { Pair = "pair" });
        Assert.Equal([("two\nlines, \"quoted\"", "A", "x", 2L), ("last", "B", "y", 4L)], csv.Select(row => (row.Text, row.Label!, row.Pair!, row.Line)));
    }

    [Fact]
    public void Jsonl_takes_texts_numbers_and_lists_as_labels()
    {
        TextRow[] rows = Rows("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n\n{\"text\":\"b\",\"label\":2.5}\n{\"text\":\"c\",\"label\":[\"x\",\"y\"]}\n");
        Assert.Equal(["x", "2.5", "x|y"], rows.Select(row => row.Label));
        Assert.Equal([1L, 3L, 4L], rows.Select(row => row.Line));
    }

    [Fact]
    public void Plain_text_has_no_labels()
    {
        Assert.Equal([("one", null), ("", null), ("three", null)], Rows("a.txt", "one\n\nthree\n").Select(row => (row.Text, row.Label)));
    }

    [Theory]
    [InlineData("a.tsv", "label\tsentence\nA\tb\n", "no column 'text'; its columns are 'label', 'sentence'")]
    [InlineData("a.tsv", "label\ttext\nA\tb\tc\n", "line 2: 3 cells, expected 2")]
    [InlineData("a.tsv", "label\ttext\n", "holds no examples")]
    [InlineData("a.csv", "", "holds no examples")]
    [InlineData("a.csv", "text,label\n\"never closed,A\n", "line 2: the quoting is broken")]
    [InlineData("a.csv", "text,label\nok,A\n\"a\" b,A\n", "line 3: the quoting is broken")]
    [InlineData("a.csv", "text,label\na \"quote,A\n", "line 2: the quoting is broken")]
    [InlineData("a.txt", "", "is empty")]
    [InlineData("a.txt", "###1\nno tab here\n", "line 2: expected 'LABEL<tab>sentence'")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{oops\n", "line 2: not valid JSON")]
    [InlineData("a.jsonl", "{\"text\":\"a\"}\n", "line 1: no property 'label'; there are 'text'")]
    [InlineData("a.jsonl", "{\"text\":\"a\",\"label\":null}\n", "line 1: 'label' is null, expected a text")]
    [InlineData("a.jsonl", "[1]\n", "expected a JSON object")]
    [InlineData("a.jsonl", "{\"text\":{},\"label\":\"x\"}\n", "'text' is an object")]
    [InlineData("a.xlsx", "x", "Name the format")]
    public void Data_that_breaks_a_rule_is_refused_by_file_and_line(string name, string content, string reason) =>
        Assert.Contains(reason, Refusal(name, content));

    [Fact]
    public void A_missing_file_a_folder_and_another_encoding_are_refused()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("is not there", Assert.Throws<DataException>(() => TextDataset.Read(folder.File("no.tsv")).ToList()).Message);
        Assert.Contains("is not there", Assert.Throws<DataException>(() => TextDataset.Read(folder.File("no")).ToList()).Message);
        Directory.CreateDirectory(folder.File("d.tsv"));
        Assert.Contains("is a folder", Assert.Throws<DataException>(() => TextDataset.Read(folder.File("d.tsv")).ToList()).Message);
        foreach (string name in (string[])["latin.tsv", "latin.csv"])
        {
            File.WriteAllBytes(folder.File(name), [.. "text,label\ttext\tlabel\n"u8, 0xE9, (byte)'\n']);
            Assert.Contains("not UTF-8", Assert.Throws<DataException>(() => TextDataset.Read(folder.File(name), null, new ColumnNames { Label = null }).ToList()).Message);
        }
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Real_files_are_read_whole()
    {
        Assert.Equal(10_000, TextDataset.Read(SharedFolders.Data("pubmed-20k", "test-sample.tsv")).Count());
        TextRow[] test = [.. TextDataset.Read(SharedFolders.Data("rct-abstracts", "test.txt"))];
        Assert.Equal((4_580, 388, 5), (test.Length, test.Select(row => row.Group).Distinct().Count(), test.Select(row => row.Label).Distinct().Count()));
        foreach ((int set, int rows) in new[] { (1, 1_783), (3, 1_726), (4, 1_772), (5, 1_805) })
        {
            TextRow[] essays = [.. TextDataset.Read(SharedFolders.Data("essays", $"asap_set{set}.tsv"), DataFormat.Tabs, new ColumnNames { Text = "essay", Label = "domain1_score" })];
            Assert.Equal(rows, essays.Length);
            Assert.DoesNotContain(essays, essay => essay.Text is ['"', .., '"'] && essay.Text.Contains("\"\"", StringComparison.Ordinal));
        }
        Assert.Equal(4_999, TextDataset.Read(SharedFolders.Data("transcriptions", "mtsamples.csv"), null, new ColumnNames { Text = "transcription", Label = "medical_specialty" }).Count());
    }

    [Theory]
    [InlineData(DataFormat.Rct, "###1\nA\tone\nbroken\nB\ttwo\nbroken\n")]
    [InlineData(DataFormat.Tsv, "label\ttext\nA\tone\nbroken\nB\ttwo\nx\ty\tz\n")]
    [InlineData(DataFormat.Tabs, "label\ttext\nA\tone\nbroken\nB\ttwo\nx\ty\tz\n")]
    [InlineData(DataFormat.Csv, "label,text\nA,one\nbroken\nB,two\nx,y,z\n")]
    [InlineData(DataFormat.Jsonl, "\n{\"label\":\"A\",\"text\":\"one\"}\n{\n{\"label\":\"B\",\"text\":\"two\"}\n{\"label\":\"B\"}\n")]
    public void Read_with_a_taker_of_bad_rows_goes_on_after_each(DataFormat format, string content)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("data"), content);
        List<string> faults = [];
        Assert.Equal(["one", "two"], TextDataset.Read(folder.File("data"), format, new ColumnNames { Label = "label" }, fault => faults.Add(fault.Message)).Select(row => row.Text));
        Assert.Collection(faults, first => Assert.Contains("line 3", first), second => Assert.Contains("line 5", second));
        Assert.Throws<DataException>(() => TextDataset.Read(folder.File("data"), format, new ColumnNames { Label = "label" }).Count());
    }
}
