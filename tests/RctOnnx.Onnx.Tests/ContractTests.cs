using System.Text.Json;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>One tiny file of every contract version: later builds answer as the build that wrote it, or refuse it by version.</summary>
public class ContractTests
{
    private static readonly int[][] Rows = [[2, 57, 58, 61, 3], [2, 10, 40, 12, 3]];

    private static string InOutput(string name) => Path.Combine(AppContext.BaseDirectory, "Contract", name);

    /// <summary>Writes the current version's files into the source tree; they are committed once and never written again.</summary>
    [Fact(Explicit = true)]
    public void Write_the_files_of_the_current_version()
    {
        string folder = Path.Combine(SharedFolders.RepositoryRoot, "tests", "RctOnnx.Onnx.Tests", "Contract");
        ModelArtifact model = RandomModels.Create(hidden: 8, heads: 2, layers: 1, temperature: 1.5);
        ModelFile.Write(Path.Combine(folder, $"v{MetadataKeys.FormatVersion}.onnx"), model);
        using GraphRun run = new(model, GraphDialect.Portable);
        AtomicFile.WriteText(Path.Combine(folder, $"v{MetadataKeys.FormatVersion}.json"), JsonSerializer.Serialize(run.Run(Rows)));
    }

    [Fact]
    public void Version_1_loads_and_answers_as_when_it_was_written()
    {
        ModelArtifact model = ModelFile.Read(InOutput("v1.onnx")).Artifact!;
        float[] expected = JsonSerializer.Deserialize<float[]>(File.ReadAllText(InOutput("v1.json")))!;
        using GraphRun file = new(File.ReadAllBytes(InOutput("v1.onnx")), GraphDialect.Portable);
        using GraphRun emitted = new(model, GraphDialect.CpuFp32);
        foreach (float[] found in (float[][])[file.Run(Rows), emitted.Run(Rows)])
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }
}
