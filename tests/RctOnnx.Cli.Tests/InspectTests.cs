using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public class InspectTests
{
    [Fact]
    public void Inspect_json_ends_with_one_object_that_describes_the_file()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelArtifact artifact = RandomModels.Create();
        ModelFile.Write(path, artifact);

        ProgramProcess run = ProgramProcess.Run("rctonnx", "inspect", "--model", path, "--json");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        JsonElement json = JsonDocument.Parse(run.Output.TrimEnd().Split('\n')[^1]).RootElement;
        Assert.False(json.GetProperty("foreign").GetBoolean());
        Assert.Equal(artifact.Labels, json.GetProperty("labels").EnumerateArray().Select(label => label.GetString()));
        Assert.Equal(artifact.MaxLength, json.GetProperty("max_length").GetInt32());
        Assert.Equal(new FileInfo(path).Length, json.GetProperty("file_size").GetInt64());
        Assert.Equal(64, json.GetProperty("sha256").GetString()!.Length);
    }

    [Fact]
    public void Inspect_table_names_labels_and_limit()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, RandomModels.Create());

        ProgramProcess run = ProgramProcess.Run("rctonnx", "inspect", "--model", path);

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Contains("label 0, label 1, label 2", run.Output);
        Assert.Contains("at most 64 tokens", run.Output);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Inspect_foreign_file_is_called_foreign()
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", "inspect", "--model", SharedFolders.Golden("foreign-onnx", "bert-tiny-random", "model.onnx"), "--json");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.True(JsonDocument.Parse(run.Output).RootElement.GetProperty("foreign").GetBoolean());
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("folder")]
    [InlineData("empty")]
    [InlineData("truncated")]
    [InlineData("flipped")]
    public void Inspect_bad_model_file_ends_with_a_message_and_no_stack_trace(string fault)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("model.onnx");
        ModelFile.Write(path, RandomModels.Create());
        byte[] bytes = File.ReadAllBytes(path);
        switch (fault)
        {
            case "missing":
                File.Delete(path);
                break;
            case "folder":
                path = folder.Path;
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "truncated":
                File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
                break;
            default:
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
        }

        ProgramProcess run = ProgramProcess.Run("rctonnx", "inspect", "--model", path, "--json");

        Assert.Equal(ExitCodes.ModelRefused, run.ExitCode);
        Assert.Contains(path, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Empty(run.Output);
    }

    [Theory]
    [InlineData("inspect", "--modle", "x")]
    [InlineData("inspect")]
    [InlineData("inspekt", "--model", "x")]
    public void Wrong_command_line_ends_with_the_usage_code_and_points_to_help(params string[] arguments)
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", arguments);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("--help", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Help_shows_examples()
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", "inspect", "--help");

        Assert.Equal(ExitCodes.Success, run.ExitCode);
        Assert.Contains("rctonnx inspect --model model.onnx", run.Output);
    }
}
