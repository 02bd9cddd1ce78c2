using System.CommandLine;
using System.CommandLine.Parsing;
using System.Reflection;
using RctOnnx.CommandLine;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public class CommandExamplesTests
{
    private static RootCommand Root()
    {
        RootCommand root = [];
        foreach (Type type in Assembly.Load("rctonnx").GetTypes().Where(type => type.Name.EndsWith("Command", StringComparison.Ordinal)))
            root.Subcommands.Add((Command)type.GetMethod("Create")!.Invoke(null, null)!);
        return root;
    }

    [Fact]
    public void Every_example_in_the_help_and_in_the_documents_is_understood()
    {
        RootCommand root = Root();
        (string, string)[] examples = [
            .. root.Subcommands.SelectMany(verb => CommandExamples.In(verb.Description!, "rctonnx", "runtime/RctOnnx.Cli").Select(arguments => (verb.Name, arguments))),
            .. CommandExamples.InDocuments("rctonnx", "runtime/RctOnnx.Cli")];
        Assert.True(examples.Length > 8, $"{examples.Length} examples");
        foreach ((string place, string arguments) in examples)
        {
            IReadOnlyList<string> faults = UsageFaults.Of(root.Parse(arguments));
            Assert.True(faults is [], $"{place}: 'rctonnx {arguments}' is not understood: {string.Join(" ", faults)}");
        }
        foreach (Command verb in root.Subcommands) Assert.Contains(examples, example => CommandLineParser.SplitCommandLine(example.Item2).First() == verb.Name);
    }
}
