using System.Text.Json;
using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public sealed class CompileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("model.onnx");

    private string Output => _folder.File("compiled.onnx");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false, "cpu_fp32", "fp32")]
    [InlineData(true, "cpu_int8", "int8")]
    public void A_compiled_file_answers_like_its_source_and_inspect_says_what_it_is(bool int8, string dialect, string precision)
    {
        WriteModel(int8);
        if (OwnOperators.IsSupported) dialect += "_avx512";
        JsonElement written = Json("compile", "--model", Model, "--output", Output, "--json");
        Assert.Equal(dialect, written.GetProperty("dialect").GetString());
        Assert.Equal(new FileInfo(Output).Length, written.GetProperty("bytes").GetInt64());

        ProgramProcess source = ProgramProcess.Run("rctonnx", "classify", "--model", Model, "patients were the results", "a b");
        ProgramProcess compiled = ProgramProcess.Run("rctonnx", "classify", "--model", Output, "patients were the results", "a b");
        Assert.True(compiled.ExitCode == 0, compiled.Error);
        Assert.Equal(source.Output, compiled.Output);

        JsonElement inspected = Json("inspect", "--model", Output, "--json");
        Assert.False(inspected.GetProperty("foreign").GetBoolean());
        Assert.Equal(dialect, inspected.GetProperty("compiled").GetProperty("dialect").GetString());
        Assert.Equal(ModelFile.Read(Model).Sha256, inspected.GetProperty("compiled").GetProperty("source_sha256").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+", inspected.GetProperty("compiled").GetProperty("onnx_runtime_version").GetString());
        Assert.Equal(3, inspected.GetProperty("labels").GetArrayLength());
        string table = ProgramProcess.Run("rctonnx", "inspect", "--model", Output).Output;
        Assert.Matches($"precision +{precision}", table);
        Assert.Contains("compiled", table);
    }

    [Theory]
    [InlineData(false, "CpuFp32", "cpu_fp32")]
    [InlineData(true, "CpuInt8", "cpu_int8")]
    public void A_file_can_be_compiled_for_processors_of_any_kind(bool int8, string dialect, string name)
    {
        WriteModel(int8);
        Assert.Equal(name, Json("compile", "--model", Model, "--output", Output, "--dialect", dialect, "--json").GetProperty("dialect").GetString());
        ProgramProcess source = ProgramProcess.Run("rctonnx", "classify", "--model", Model, "--dialect", dialect, "patients were the results");
        ProgramProcess compiled = ProgramProcess.Run("rctonnx", "classify", "--model", Output, "patients were the results");
        Assert.True(compiled.ExitCode == 0, compiled.Error);
        Assert.Equal(source.Output, compiled.Output);
    }

    [Fact]
    public void What_cannot_be_compiled_is_refused_with_the_next_step_and_writes_nothing()
    {
        WriteModel(int8: false);
        Refused(ExitCodes.Usage, "compiles to CpuFp32", "--model", Model, "--output", Output, "--dialect", "CpuInt8");
        Refused(ExitCodes.Usage, "itself", "--model", Model, "--output", Model);
        Refused(ExitCodes.ModelRefused, "not there", "--model", _folder.File("missing.onnx"), "--output", Output);
        ModelArtifact wrong = ModelFile.Read(Model).Artifact! with { Probes = [new Probe("a", [2, 5, 3], [9, 9, 9])] };
        ModelFile.Write(_folder.File("wrong.onnx"), wrong);
        Refused(ExitCodes.ModelRefused, "probe", "--model", _folder.File("wrong.onnx"), "--output", Output);
        ModelFile.Write(_folder.File("encoder.onnx"), RandomModels.Create(head: HeadKind.None));
        Refused(ExitCodes.ModelRefused, "encoder without a task", "--model", _folder.File("encoder.onnx"), "--output", Output);
        Assert.False(File.Exists(Output));

        Assert.Equal(0, ProgramProcess.Run("rctonnx", "compile", "--model", Model, "--output", Output).ExitCode);
        string again = _folder.File("again.onnx");
        Refused(ExitCodes.ModelRefused, "Use the file that it was compiled from", "--model", Output, "--output", again);
        File.WriteAllText(_folder.File("texts.txt"), "a\nb\n");
        ProgramProcess quantize = ProgramProcess.Run("rctonnx", "quantize", "--model", Output, "--calibration", _folder.File("texts.txt"), "--format", "text", "--output", again);
        Assert.Equal(ExitCodes.ModelRefused, quantize.ExitCode);
        Assert.Contains("compiled for CpuFp32", quantize.Error);
        Assert.False(File.Exists(again));
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void A_foreign_file_is_refused_and_told_how_to_become_one_of_ours() =>
        Refused(ExitCodes.ModelRefused, "rctonnx-train export", "--model", SharedFolders.Golden("foreign-onnx", "bert-tiny-random", "model.onnx"), "--output", Output);

    private void WriteModel(bool int8)
    {
        ModelArtifact model = RandomModels.Create();
        if (int8) model = ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)));
        ModelFile.Write(Model, model);
    }

    private static JsonElement Json(params string[] arguments)
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static void Refused(int code, string word, params string[] arguments)
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", ["compile", .. arguments]);
        Assert.True(run.ExitCode == code, $"exit {run.ExitCode}: {run.Error}");
        Assert.Contains(word, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }
}
