using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using Xunit;

namespace RctOnnx.Cli.Tests;

public class UsageFaultsTests
{
    private static readonly RootCommand Root =
    [
        new Option<string[]>("--train") { AllowMultipleArgumentsPerToken = true, Required = true },
        new Option<string?>("--name"),
        new Option<int?>("--length"),
        new Option<double>("--rate"),
        new Option<DataFormat?>("--format"),
    ];

    [Theory]
    [InlineData("--train a b --colour red", "option '--colour' is not known")]
    [InlineData("--train a --name --colour", "option '--colour' is not known")]
    [InlineData("--train a --length --colour", "option '--colour' is not known")]
    [InlineData("--train a --length abc", "--length is 'abc', expected a whole number")]
    [InlineData("--train a --length 99999999999", "--length is '99999999999', expected a whole number, at most 2147483647")]
    [InlineData("--train a --rate much", "--rate is 'much', expected a number")]
    [InlineData("--train a --format xml", "--format is 'xml', expected one of text, tsv, csv, tabs, rct, jsonl, parquet")]
    [InlineData("--name a", "'--train' is required")]
    public void A_mistake_gives_one_message_in_words_of_the_user(string arguments, string expected)
    {
        string fault = Assert.Single(UsageFaults.Of(Root.Parse(arguments)));
        Assert.Contains(expected, fault);
        Assert.DoesNotContain("System.", fault);
        Assert.DoesNotContain('\n', fault);
    }

    [Theory]
    [InlineData("--train a b --length -3 --rate -1e-5 --format TSV")]
    [InlineData("--train ./--colour --name -")]
    public void A_good_command_line_has_no_faults(string arguments) => Assert.Empty(UsageFaults.Of(Root.Parse(arguments)));
}
