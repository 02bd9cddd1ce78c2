using System.Text.Json.Nodes;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Reports;
using Xunit;

namespace RctOnnx.Train.Tests.Reports;

public sealed class FileCardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Model => _folder.File("mean.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_card_says_what_the_file_knows_and_leaves_what_only_people_know()
    {
        ModelArtifact model = RandomModels.Create() with { Training = new JsonObject { ["steps"] = 7, ["settings"] = new JsonObject { ["rate"] = 0.5, ["files"] = new JsonArray("a.tsv", "b|c.tsv") } } };
        ModelFile.Write(Model, model);
        string card = FileCard.Of(Model, model);
        foreach (string expected in (string[])["# mean", DataHash.OfFile(Model), "label 0, label 1, label 2", "| settings.rate | 0.5 |", @"| settings.files | a.tsv, b\|c.tsv |", "| steps | 7 |", "To be written", "64 tokens"])
            Assert.Contains(expected, card);
        Assert.DoesNotContain("## Proof", card);
        Assert.Contains("no record", FileCard.Of(Model, model with { Training = null }));
        Assert.Contains("encoder without a head", FileCard.Of(Model, RandomModels.Create(head: HeadKind.None)));
    }

    [Fact]
    public void A_card_that_is_there_is_kept()
    {
        ModelArtifact model = RandomModels.Create();
        ModelFile.Write(Model, model);
        List<string> said = [];
        FileCard.WriteBeside(Model, model, said.Add);
        File.AppendAllText(_folder.File("mean.md"), "written by people");
        FileCard.WriteBeside(Model, model, said.Add);
        Assert.EndsWith("written by people", File.ReadAllText(_folder.File("mean.md")));
        Assert.Contains("was left as it is", said[1]);
    }
}
