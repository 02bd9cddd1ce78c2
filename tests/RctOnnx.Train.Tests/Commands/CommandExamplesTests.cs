using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Testing;
using RctOnnx.Train.Commands;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Train.Tests.Commands;

public class CommandExamplesTests
{
    private const string Program = "rctonnx-train", Project = "train/RctOnnx.Train";

    private static RootCommand Root()
    {
        RootCommand root = [];
        foreach (Type type in typeof(TrainCommand).Assembly.GetTypes().Where(type => type.Namespace == typeof(TrainCommand).Namespace && type.Name.EndsWith("Command", StringComparison.Ordinal)))
            root.Subcommands.Add((Command)type.GetMethod("Create")!.Invoke(null, null)!);
        return root;
    }

    [Fact]
    public void Every_example_in_the_help_the_documents_and_the_demonstration_is_understood()
    {
        RootCommand root = Root();
        (string Place, string Arguments)[] examples = [
            .. root.Subcommands.SelectMany(verb => CommandExamples.In(verb.Description!, Program, Project).Select(arguments => (verb.Name, arguments))),
            .. CommandExamples.In(DemoCommand.NextSteps(new RunFolder("run")), Program, Project).Select(arguments => ("demo", arguments)),
            .. CommandExamples.InDocuments(Program, Project)];
        Assert.True(examples.Length > 10, $"{examples.Length} examples");
        foreach ((string place, string arguments) in examples)
        {
            IReadOnlyList<string> faults = UsageFaults.Of(root.Parse(arguments.Replace("SEED", "1"))); // a document gives one command for several seeds
            Assert.True(faults is [], $"{place}: '{Program} {arguments}' is not understood: {string.Join(" ", faults)}");
        }
        foreach (Command verb in root.Subcommands) Assert.Contains(examples, example => example.Arguments.Split(' ')[0] == verb.Name);
    }
}
