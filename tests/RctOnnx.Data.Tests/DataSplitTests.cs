using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Data.Tests;

public class DataSplitTests
{
    private static TextRow Row(string text, string? label, string? group = null, long line = 1) => new() { Text = text, Label = label, Group = group, Source = "a.tsv", Line = line };

    private static TextRow[] Rows(int count) => [.. Enumerable.Range(0, count).Select(i => Row($"text {i}", i % 5 == 0 ? "rare" : "common", null, i))];

    [Fact]
    public void Stratified_keeps_the_shares_of_the_labels()
    {
        DataSplit split = DataSplit.Stratified(Rows(1000), 0.1, 0.2, 7);
        Assert.Equal((700, 100, 200), (split.Train.Count(), split.Dev.Count(), split.Test.Count()));
        Assert.Equal((140, 20, 40), (Rare(split.Train), Rare(split.Dev), Rare(split.Test)));

        static int Rare(IEnumerable<TextRow> rows) => rows.Count(row => row.Label == "rare");
    }

    [Fact]
    public void Stratified_partitions_the_rows_whatever_their_order()
    {
        TextRow[] rows = Rows(200), shuffled = [.. rows];
        new Random(3).Shuffle(shuffled);
        DataSplit one = DataSplit.Stratified(rows, 0.1, 0.1, 7), other = DataSplit.Stratified(shuffled, 0.1, 0.1, 7);
        Assert.Equal(rows.OrderBy(row => row.Line), one.Train.Concat(one.Dev).Concat(one.Test).OrderBy(row => row.Line));
        Assert.Equal(one.Dev.OrderBy(row => row.Line), other.Dev.OrderBy(row => row.Line));
        Assert.NotEqual(one.Dev, DataSplit.Stratified(rows, 0.1, 0.1, 8).Dev);
    }

    [Fact]
    public void Stratified_keeps_groups_and_repeated_texts_together()
    {
        TextRow[] rows = [.. Enumerable.Range(0, 300).Select(i => i < 200 ? Row($"text {i}", "a", $"g{i % 40}") : Row(i % 2 == 0 ? $"Same  {i / 4}" : $"same {i / 4}", "b"))];
        DataSplit split = DataSplit.Stratified(rows, 0.2, 0.2, 1);
        IEnumerable<TextRow>[] parts = [split.Train, split.Dev, split.Test];
        foreach (IGrouping<string, TextRow> together in rows.GroupBy(row => row.Group ?? row.Text.ToLowerInvariant().Replace("  ", " ")))
            Assert.Single(parts, part => together.Any(part.Contains));
    }

    [Fact]
    public void Stratified_of_a_known_seed_gives_the_parts_that_every_machine_and_version_gives()
    {
        DataSplit split = DataSplit.Stratified(Rows(20), 0.2, 0.2, 7);
        Assert.Equal([2, 12, 13, 15], split.Dev.Select(row => row.Line));
        Assert.Equal([0, 14, 17, 18], split.Test.Select(row => row.Line));
    }

    [Fact]
    public void Parts_are_read_from_the_rows_again_and_rows_that_changed_meanwhile_are_refused()
    {
        List<TextRow> rows = [.. Rows(50)];
        int readings = 0;
        DataSplit split = DataSplit.Stratified(Again(), 0.2, 0, 1);
        Assert.Equal((1, 40, 10, 3), (readings, split.Train.Count(), split.Dev.Count(), readings));
        rows.RemoveAt(49);
        Assert.Contains("had 50 rows, and has 49 now", Assert.Throws<DataException>(() => split.Train.Count()).Message);
        rows.AddRange(Rows(2));
        Assert.Contains("has 51 now", Assert.Throws<DataException>(() => split.Train.Count()).Message);

        IEnumerable<TextRow> Again()
        {
            readings++;
            foreach (TextRow row in rows) yield return row;
        }
    }

    [Fact]
    public void Folds_test_every_row_once_and_keep_groups_and_shares()
    {
        TextRow[] rows = [.. Rows(100).Select((row, i) => row with { Group = $"g{i / 2}" })];
        DataSplit[] folds = [.. Enumerable.Range(1, 4).Select(fold => DataSplit.Fold(rows, 4, fold, 0.15, 7))];
        Assert.Equal(rows, folds.SelectMany(fold => fold.Test).OrderBy(row => row.Line));
        Assert.All(folds, fold =>
        {
            Assert.Equal(rows, fold.Train.Concat(fold.Dev).Concat(fold.Test).OrderBy(row => row.Line));
            Assert.InRange(fold.Test.Count(), 24, 26);
            Assert.InRange(fold.Dev.Count(), 14, 16);
            Assert.InRange(fold.Test.Count(row => row.Label == "rare"), 4, 6);
            Assert.Empty(fold.Test.Select(row => row.Group).Intersect(fold.Train.Concat(fold.Dev).Select(row => row.Group)));
        });
        Assert.Empty(DataSplit.Fold(rows, 4, 1, 0, 7).Dev);
        Assert.NotEqual(folds[0].Test, DataSplit.Fold(rows, 4, 1, 0.15, 8).Test);
        foreach ((int count, int fold, double dev) in ((int, int, double)[])[(1, 1, 0), (4, 0, 0), (4, 5, 0), (4, 1, 0.75), (4, 1, double.NaN)])
            Assert.Throws<SettingsException>(() => DataSplit.Fold(rows, count, fold, dev, 7));
        Assert.Contains("too few", Assert.Throws<DataException>(() => DataSplit.Fold(Rows(3), 4, 1, 0, 7)).Message);
    }

    [Fact]
    public void Stratified_refuses_shares_and_data_that_cannot_be_split()
    {
        Assert.Throws<SettingsException>(() => DataSplit.Stratified(Rows(10), 0.5, 0.5, 1));
        Assert.Throws<SettingsException>(() => DataSplit.Stratified(Rows(10), double.NaN, 0.5, 1));
        Assert.Contains("too few", Assert.Throws<DataException>(() => DataSplit.Stratified(Rows(1), 0.5, 0, 1)).Message);
    }

    [Fact]
    public void Labels_that_are_all_numbers_are_in_the_order_of_their_values()
    {
        Assert.Equal(["-1", "2", "9.5", "10"], LabelSet.Of([Row("x", "10"), Row("y", "2"), Row("z", "9.5"), Row("u", "-1"), Row("v", "2")]).Names);
        Assert.Equal(["10", "2", "NaN"], LabelSet.Of([Row("x", "10"), Row("y", "2"), Row("z", "NaN")]).Names);
    }

    [Fact]
    public void Labels_are_in_ordinal_order_and_an_unknown_one_names_file_line_and_the_known()
    {
        LabelSet labels = LabelSet.Of([Row("x", "b"), Row("y", "B"), Row("z", "a")]);
        Assert.Equal(["B", "a", "b"], labels.Names);
        Assert.Equal(2, labels.IndexOf(Row("x", "b")));
        string message = Assert.Throws<DataException>(() => labels.IndexOf(Row("x", "c", null, 12))).Message;
        Assert.Contains("'a.tsv', line 12", message);
        Assert.Contains("'c' is not known; known are B, a, b", message);
        Assert.Contains("there twice", Assert.Throws<DataException>(() => new LabelSet(["a", "a"])).Message);
        Assert.Contains("no label", Assert.Throws<DataException>(() => LabelSet.Of([Row("x", " ")])).Message);
    }

    [Fact]
    public void Hash_is_the_sha256_of_the_bytes()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("a"), "abc");
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", DataHash.OfFile(folder.File("a")));
        Assert.Throws<DataException>(() => DataHash.OfFile(folder.File("none")));
    }
}
