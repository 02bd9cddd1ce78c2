using System.Text.Json;
using RctOnnx.Testing;
using RctOnnx.Train.Doctor;
using Xunit;

namespace RctOnnx.Train.Tests.Doctor;

public class DoctorTests
{
    [Fact]
    public void Doctor_a_machine_that_can_run_these_tests_is_ready()
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx-train", "doctor", "--json");
        Assert.True(run.ExitCode == ExitCodes.Success, run.Error + run.Output);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.True(json.GetProperty("ready").GetBoolean());
        Dictionary<string, string> states = json.GetProperty("findings").EnumerateArray()
            .ToDictionary(finding => finding.GetProperty("name").GetString()!, finding => finding.GetProperty("state").GetString()!);
        foreach (string needed in (string[])["TorchSharp", "device cpu", "ONNX Runtime", "export with proof"]) Assert.Equal("ok", states[needed]);
        foreach (string told in (string[])["system", ".NET", "processor", "memory", "container limits", "disk", "globalisation", "bf16 instructions", "device cuda", "device mps"])
            Assert.Contains(told, states.Keys);
    }

    [Fact]
    public void Doctor_a_library_that_does_not_load_is_a_finding_and_an_exit_code()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Takes the library away by links, which elsewhere need rights.");
        using TemporaryFolder folder = new();
        string here = AppContext.BaseDirectory;
        foreach (string file in Directory.GetFiles(here).Where(file => Path.GetExtension(file) is ".dll" or ".json")) File.Copy(file, folder.File(Path.GetFileName(file)));
        int left = 0;
        foreach (string native in Directory.GetFiles(Path.Combine(here, "runtimes"), "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(native) is "libonnxruntime.so")
            {
                left++;
                continue;
            }
            string link = folder.File(Path.GetRelativePath(here, native));
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, native);
        }
        Assert.NotEqual(0, left);

        ProgramProcess run = ProgramProcess.Run(folder.File("rctonnx-train"), "doctor");
        Assert.Equal(ExitCodes.ProviderUnavailable, run.ExitCode);
        Assert.Contains("MISSING  ONNX Runtime", run.Output);
        Assert.Contains("Microsoft.ML.OnnxRuntime", run.Output);
        Assert.Contains("see what is missing", run.Error);
        Assert.DoesNotContain("   at ", run.Output + run.Error);
    }

    [Fact]
    public void Try_any_exception_is_a_finding_with_its_cause_and_the_remedy()
    {
        Finding finding = Finding.Try("x", "do this", () => throw new TypeInitializationException("T", new DllNotFoundException("no libx\nmore")));
        Assert.Equal(new Finding("x", FindingState.Missing, "DllNotFoundException: no libx", "do this"), finding);
        Assert.Equal(new Finding("x", FindingState.Ok, "1.0"), Finding.Try("x", "do this", () => "1.0"));
        Assert.Equal(FindingState.Note, Finding.Try("x", "do this", () => throw new IOException("?"), FindingState.Note).State);
    }

    [Fact]
    public void Memory_a_small_machine_is_told_how_much_training_takes()
    {
        Assert.Equal(FindingState.Ok, MachineFindings.Memory(8L << 30).State);
        Finding small = MachineFindings.Memory(1L << 30);
        Assert.Equal(FindingState.Note, small.State);
        Assert.Contains("1.0 GiB", small.Value);
        Assert.NotNull(small.Remedy);
    }
}
