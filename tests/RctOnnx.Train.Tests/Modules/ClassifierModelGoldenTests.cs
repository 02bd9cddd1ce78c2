using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Weights.HuggingFace;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Modules;

[Trait("Category", "Golden")]
[Collection(TorchCollection.Name)]
public class ClassifierModelGoldenTests
{
    private const double Tolerance = 1e-4;

    private static IEnumerable<string> Names() => Directory.GetDirectories(SharedFolders.Golden("checkpoints")).Select(folder => Path.GetFileName(folder)).Order();

    [Fact]
    public void Encoders_give_every_hidden_state_and_the_pooler_output_of_the_reference()
    {
        foreach (string checkpoint in Names())
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, "base.json"));
            using ClassifierModel model = Checkpoints.Load(SharedFolders.Golden("checkpoints", checkpoint, "base"));
            model.eval();
            (Tensor ids, Tensor mask, Tensor types) = Checkpoints.Input(expected.GetProperty("input"));
            JsonElement[] states = [.. expected.GetProperty("hidden_states_masked").EnumerateArray()];
            IReadOnlyList<Tensor> found = model.HiddenStates(ids, mask, types);
            Assert.Equal(states.Length, found.Count);
            for (int i = 0; i < states.Length; i++)
                GoldenTensor.AssertClose(GoldenTensor.Floats(states[i]), Checkpoints.Floats(found[i] * mask.unsqueeze(-1)), Tolerance, $"{checkpoint} state {i}");
            if (expected.TryGetProperty("pooler_output", out JsonElement pooler) && pooler.ValueKind == JsonValueKind.Object)
                GoldenTensor.AssertClose(GoldenTensor.Floats(pooler), Checkpoints.Floats(model.Features(ids, mask, types)), Tolerance, checkpoint + " pooler");
            JsonElement alone = expected.GetProperty("row1_alone_without_mask_and_types");
            GoldenTensor.AssertClose(GoldenTensor.Floats(alone.GetProperty("last_hidden_state")),
                Checkpoints.Floats(model.LastStates(Checkpoints.Ids(alone.GetProperty("input_ids")))), Tolerance, checkpoint + " alone");
        }
    }

    [Theory]
    [InlineData("classification")]
    [InlineData("regression")]
    [InlineData("multi_label")]
    [InlineData("next_sentence")]
    public void Heads_give_the_logits_and_the_loss_of_the_reference(string head)
    {
        string[] checkpoints = [.. Names().Where(name => File.Exists(SharedFolders.Golden("expected", name, head + ".json")))]; // ELECTRA has no next sentences
        Assert.True(checkpoints.Length >= 2);
        foreach (string checkpoint in checkpoints)
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, head + ".json"));
            string folder = SharedFolders.Golden("checkpoints", checkpoint, head);
            using ClassifierModel model = Checkpoints.Load(folder);
            model.eval();
            (Tensor ids, Tensor mask, Tensor types) = Checkpoints.Input(expected.GetProperty("input"));
            Tensor logits = model.forward(ids, mask, types);
            GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("logits")), Checkpoints.Floats(logits), Tolerance, $"{checkpoint}/{head}");
            TaskLoss loss = new(NextSentence.Named(HuggingFaceConfig.Read(folder)).ProblemType, model.LabelCount);
            TaskTargets targets = ReadTargets(expected.GetProperty("labels"), loss.ProblemType, model.LabelCount);
            double mean = loss.Sum(logits, targets).item<float>() / loss.WeightOf(targets);
            Assert.Equal(expected.GetProperty("loss").GetDouble(), mean, Tolerance);
        }
    }

    [Fact]
    public void The_real_encoder_gives_the_reference_pooling_of_every_text()
    {
        string folder = SharedFolders.Weights("all-MiniLM-L6-v2");
        Dictionary<string, Pooling> poolings = new()
        {
            ["cls_hidden"] = Pooling.Cls,
            ["pooler_output"] = Pooling.Pooler,
            ["mean_of_all_tokens"] = Pooling.Mean,
            ["max_of_all_tokens"] = Pooling.Max,
        };
        JsonElement[] lines = [.. File.ReadLines(SharedFolders.Golden("expected", "all-MiniLM-L6-v2.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        foreach ((string key, Pooling pooling) in poolings)
        {
            using ClassifierModel model = Checkpoints.Load(folder, head: new HeadConfig { Kind = HeadKind.None, Pooling = pooling });
            model.eval();
            foreach (JsonElement line in lines)
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable noGradient = no_grad();
                long[] ids = [.. line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt64())];
                float[] features = Checkpoints.Floats(model.forward(tensor(ids, [1, ids.Length]), null, null));
                GoldenTensor.AssertClose([.. line.GetProperty(key).EnumerateArray().Select(value => value.GetSingle())], features, Tolerance, key);
            }
        }
    }

    internal static TaskTargets ReadTargets(JsonElement labels, ProblemType problem, int labelCount) => problem == ProblemType.SingleLabel
        ? TaskTargets.OfClasses([.. labels.EnumerateArray().Select(label => label.GetInt64())])
        : TaskTargets.OfValues([.. labels.EnumerateArray().SelectMany(label => label.ValueKind == JsonValueKind.Array ? label.EnumerateArray().ToArray() : [label]).Select(value => value.GetSingle())], labelCount);
}
