using System.Text.Json;
using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public VerifyTests() => ModelFile.Write(Model, RandomModels.Create(pooling: Pooling.Mean));

    private string Model => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("CudaFp32", "cuda_fp32", 1e-4)]
    [InlineData("CudaFp16", "cuda_fp16", 2e-2)]
    [InlineData("coremlfp32", "core_ml_fp32", 1e-4)]
    public void A_dialect_of_another_provider_is_compared_with_the_cpu(string dialect, string name, double limit)
    {
        ProgramProcess run = Run("--dialect", dialect, "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement found = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(name, found.GetProperty("dialect").GetString());
        Assert.Equal("cpu", found.GetProperty("provider").GetString());
        Assert.Equal(OwnOperators.IsSupported ? "cpu_fp32_avx512" : "cpu_fp32", found.GetProperty("reference_dialect").GetString());
        Assert.True(found.GetProperty("nodes").GetProperty("CPUExecutionProvider").GetInt32() > 10);
        Assert.InRange(found.GetProperty("largest_difference").GetDouble(), 1e-9, limit);
        Assert.True(found.GetProperty("count").GetInt32() > 30);
        Assert.True(found.GetProperty("label_agreement").GetDouble() > 0.9);
        Assert.True(found.GetProperty("sentences_per_second").GetDouble() > 0);
    }

    [Fact]
    public void Answers_that_differ_by_more_than_is_allowed_end_with_the_code_of_a_gate()
    {
        File.WriteAllText(_folder.File("texts.tsv"), "text\na b c\npatients were\n");

        ProgramProcess run = Run("--dialect", "CudaFp16", "--data", _folder.File("texts.tsv"), "--tolerance", "1e-9");

        Assert.Equal(ExitCodes.GateFailed, run.ExitCode);
        Assert.Contains("differ", run.Error);
        Assert.Matches("compared +2 texts", run.Output);
    }

    [Fact]
    public void A_provider_that_is_not_there_is_named_with_what_to_install_and_nothing_else_is_tried()
    {
        if (OperatingSystem.IsMacOS()) Assert.Skip("CoreML is there.");
        foreach (string verb in (string[])["verify", "classify"])
        {
            ProgramProcess run = ProgramProcess.Run("rctonnx", [verb, "--model", Model, "--provider", "coreml", .. verb == "classify" ? ["a b"] : Array.Empty<string>()]);
            Assert.Equal(ExitCodes.ProviderUnavailable, run.ExitCode);
            Assert.Contains("CoreML runs on macOS only", run.Error);
            Assert.Empty(run.Output);
        }
    }

    [Fact]
    public void Classify_and_evaluate_take_the_dialect()
    {
        File.WriteAllText(_folder.File("data.tsv"), "label\ttext\nlabel 0\ta b\nlabel 1\tthe results were\n");

        ProgramProcess classified = ProgramProcess.Run("rctonnx", "classify", "--model", Model, "--dialect", "CudaFp32", "--cuda-graphs", "a b");
        ProgramProcess evaluated = ProgramProcess.Run("rctonnx", "evaluate", "--model", Model, "--dialect", "CoreMlFp32", "--data", _folder.File("data.tsv"), "--json");
        ProgramProcess refused = ProgramProcess.Run("rctonnx", "classify", "--model", Model, "--dialect", "CpuInt8", "a b");

        Assert.True(classified.ExitCode == 0, classified.Error);
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        Assert.Equal(ExitCodes.Usage, refused.ExitCode);
        Assert.Contains("CpuFp32", refused.Error);
    }

    private ProgramProcess Run(params string[] arguments) => ProgramProcess.Run("rctonnx", ["verify", "--model", Model, .. arguments]);
}
