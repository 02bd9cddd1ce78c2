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
    public void Refuse_of_many_rows_lists_twenty_and_counts_the_rest()
    {
        DataCheck check = new(row => row.Text.Length, null);
        for (int line = 1; line <= 23; line++) check.Refuse(new DataException($"line {line}"));
        IReadOnlyList<string> errors = check.Finish().Errors;
        Assert.Equal("line 20", errors[19]);
        Assert.StartsWith("3 more", Assert.Single(errors.Skip(20)));
    }
}
