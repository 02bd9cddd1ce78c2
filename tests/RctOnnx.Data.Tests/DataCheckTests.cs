using Xunit;

namespace RctOnnx.Data.Tests;

public class DataCheckTests
{
    private static DataCheckResult Check(int? limit, params (string Name, string Rows)[] sets)
    {
        DataCheck check = new(row => row.Text.Length, limit);
        foreach ((string name, string rows) in sets)
            check.Add(name, [rows.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((row, i) => new TextRow
            {
                Label = row.Split(':')[0],
                Text = row.Split(':')[1].Replace('_', ' '),
                Source = name + ".tsv",
                Line = i + 2,
            })]);
        return check.Finish();
    }

    [Fact]
    public void Clean_data_has_neither_errors_nor_warnings()
    {
        DataCheckResult result = Check(null, ("train", "x:one y:two x:three"), ("dev", "y:four"));
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(new Dictionary<string, long> { ["x"] = 2, ["y"] = 1 }, result.Sets[0].Labels);
    }

    [Fact]
    public void Repeated_texts_are_counted_whatever_their_case_and_spaces_and_conflicts_apart()
    {
        DataCheckResult result = Check(null, ("train", "x:one_two x:One__two y:one_two y:other"));
        Assert.Equal((2, 1), (result.Sets[0].DuplicateCount, result.Sets[0].ConflictCount));
        Assert.Equal(2, result.Warnings.Count);
    }

    [Fact]
    public void A_text_in_two_sets_is_a_leak_with_both_places()
    {
        DataCheckResult result = Check(null, ("train", "x:one y:two"), ("dev", "x:three"), ("test", "x:ONE y:four x:three"));
        Assert.Equal([("train", "test", 1L), ("dev", "test", 1L)], result.Leaks.Select(leak => (leak.From, leak.To, leak.RowCount)));
        Assert.Equal("'train.tsv', line 2 = 'test.tsv', line 2", Assert.Single(result.Leaks[0].Examples));
        Assert.All(result.Warnings, warning => Assert.StartsWith("LEAK", warning));
    }

    [Fact]
    public void A_file_that_is_split_shows_the_leaks_between_its_parts()
    {
        // Rows with a group stay together, so that a text in two groups can stand on two sides; it depends on the seed.
        TextRow[] rows = [.. Enumerable.Range(0, 40).Select(i => new TextRow { Label = i % 2 == 0 ? "x" : "y", Text = i is 3 or 37 ? "the same" : $"text {i}", Group = $"{i / 2}", Source = "all.tsv", Line = i + 2 })];
        ulong seed = Enumerable.Range(1, 100).Select(number => (ulong)number).First(number => Sides(DataSplit.Stratified(rows, 0.2, 0.2, number)) == 2);
        DataSplit split = DataSplit.Stratified(rows, 0.2, 0.2, seed);
        DataCheck check = new(row => row.Text.Length, null);
        check.AddSplit([rows[..20], rows[20..]], 0.2, 0.2, seed);
        DataCheckResult result = check.Finish();
        Assert.Equal([("train", (long)split.Train.Count()), ("dev", split.Dev.Count()), ("test", split.Test.Count())], result.Sets.Select(set => (set.Name, set.RowCount)));
        Assert.Contains("line 5", Assert.Single(Assert.Single(result.Leaks).Examples));

        static int Sides(DataSplit split) => new[] { split.Train, split.Dev, split.Test }.Count(part => part.Any(row => row.Text == "the same"));
    }

    [Fact]
    public void A_split_of_too_few_rows_is_an_error_of_the_data_and_a_share_of_nothing_one_of_the_settings()
    {
        TextRow[] rows = [new() { Label = "x", Text = "a", Source = "a.tsv", Line = 2 }, new() { Label = "y", Text = "b", Source = "a.tsv", Line = 3 }];
        DataCheck check = new(row => row.Text.Length, null);
        check.AddSplit([rows], 0.2, 0.2, 1);
        Assert.Contains("too few to split", Assert.Single(check.Finish().Errors));
        Assert.Throws<SettingsException>(() => new DataCheck(_ => 0, null).AddSplit([rows], 0.5, 0.5, 1));
    }

    [Fact]
    public void Labels_that_training_does_not_see_one_class_and_missing_labels_are_errors()
    {
        Assert.Contains("'z' (1 rows)", Assert.Single(Check(null, ("train", "x:one y:two"), ("dev", "z:three")).Errors));
        Assert.Contains("'x'", Assert.Single(Check(null, ("train", "x:one x:two")).Errors));
        Assert.Contains("1 rows have no label", Assert.Single(Check(null, ("train", "x:one y:two :three")).Errors));
    }

    [Fact]
    public void Empty_texts_are_warned_of_and_are_no_copies_of_one_another()
    {
        DataCheckResult result = Check(null, ("train", "x: y: x:one"), ("dev", "x:"));
        Assert.Equal((2, 0), (result.Sets[0].EmptyCount, result.Sets[0].DuplicateCount));
        Assert.Empty(result.Leaks);
    }

    [Fact]
    public void Texts_in_quotation_marks_are_warned_of_where_they_are_many()
    {
        Assert.Contains("2 texts begin and end with a quotation mark", Assert.Single(Check(null, ("train", "x:\"one\" y:\"two\" x:three \"y:\"four")).Warnings));
        Assert.Empty(Check(null, ("train", "x:\"one\" " + string.Join(' ', Enumerable.Range(0, 100).Select(i => $"y:{i}")))).Warnings);
    }

    [Fact]
    public void Lengths_are_percentiles_and_the_share_that_is_cut()
    {
        DataCheckResult result = Check(3, ("train", "x:a y:bb x:ccc y:dddd"));
        Assert.Equal([2, 4, 4], new[] { 0.5, 0.9, 1 }.Select(result.Sets[0].LengthAt));
        Assert.Equal(1, result.Sets[0].TruncatedCount);
        Assert.Contains("cut at 3", Assert.Single(result.Warnings));
    }

    [Fact]
    public void A_broken_file_is_an_error_and_the_others_are_read()
    {
        DataCheck check = new(row => row.Text.Length, null);
        check.Add("train", [Broken(), [new TextRow { Text = "a", Label = "x", Source = "b", Line = 1 }]]);
        DataCheckResult result = check.Finish();
        Assert.Contains("line 7", Assert.Single(result.Errors));
        Assert.Equal(1, result.Sets[0].RowCount);

        static IEnumerable<TextRow> Broken() => Enumerable.Range(0, 1).Select<int, TextRow>(_ => throw new DataException("'a', line 7: broken"));
    }

    [Fact]
    public void A_split_of_a_broken_file_takes_the_rows_before_the_fault_and_names_it_once()
    {
        DataCheck check = new(row => row.Text.Length, null);
        int counted = 0;
        check.AddSplit([Broken(), [.. Enumerable.Range(30, 10).Select(Row)]], 0.2, 0.2, 1, () => counted++);
        DataCheckResult result = check.Finish();
        Assert.Contains("line 7", Assert.Single(result.Errors));
        Assert.Equal((40, 40L), (counted, result.Sets.Sum(set => set.RowCount)));

        static TextRow Row(int i) => new() { Text = $"text {i}", Label = i % 2 == 0 ? "x" : "y", Source = "b", Line = i };

        static IEnumerable<TextRow> Broken() => Enumerable.Range(0, 31).Select(i => i < 30 ? Row(i) : throw new DataException("'a', line 7: broken"));
    }

    [Fact]
    public void Neither_texts_nor_repeated_labels_are_kept_while_rows_go_through_the_check_and_the_split()
    {
        List<WeakReference> rows = [];
        DataCheck check = new(row => row.Text.Length, null);
        check.Add("train", [Rows()]);
        check.AddSplit([Rows()], 0.2, 0.2, 1);
        GC.Collect();
        Assert.InRange(rows.Count(row => row.IsAlive), 0, 30); // the three labels of each set
        Assert.Equal(5 * 1000, rows.Count / 2);
        GC.KeepAlive(check);

        IEnumerable<TextRow> Rows()
        {
            for (int i = 0; i < 1000; i++)
            {
                TextRow row = new() { Text = $"text {i}", Label = $"label {i % 3}", Source = "a", Line = i + 1 };
                rows.AddRange([new WeakReference(row.Text), new WeakReference(row.Label)]);
                yield return row;
            }
        }
    }

    [Fact]
    public void Refuse_of_many_rows_lists_twenty_and_counts_the_rest()
    {
        DataCheck check = new(row => row.Text.Length, null);
        for (int line = 1; line <= 23; line++) check.Refuse(new DataException($"line {line}"));
        IReadOnlyList<string> errors = check.Finish().Errors;
        Assert.Equal("line 20", errors[19]);
        Assert.StartsWith("3 more", Assert.Single(errors.Skip(20)));
    }
}
