using System.CommandLine.Parsing;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Commands;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Commands;

public class DemoCommandTests
{
    [Fact]
    public void The_inspection_that_the_demonstration_names_works_on_its_file()
    {
        using TemporaryFolder folder = new();
        RunFolder run = new(folder.File("a run"));
        ModelFile.Write(run.Model, RandomModels.Create());
        string[] calls = [.. CommandExamples.In(DemoCommand.NextSteps(run), "rctonnx", "runtime/RctOnnx.Cli")];
        Assert.NotEmpty(calls);
        foreach (string call in calls)
        {
            ProgramProcess process = ProgramProcess.Run("rctonnx", [.. CommandLineParser.SplitCommandLine(call)]);
            Assert.True(process.ExitCode == 0, $"{call}: {process.Error}");
        }
    }
}
