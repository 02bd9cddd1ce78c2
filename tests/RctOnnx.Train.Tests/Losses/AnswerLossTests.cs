using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Losses;

[Collection(TorchCollection.Name)]
public class AnswerLossTests
{
    private const double Tolerance = 1e-4;

    private static IEnumerable<string> Checkpoints(string head) => Directory.GetDirectories(SharedFolders.Golden("checkpoints"))
        .Where(folder => Directory.Exists(Path.Combine(folder, head))).Select(folder => Path.GetFileName(folder)).Order();

    private static ClassifierModel Model(string checkpoint, string head)
    {
        ModelArtifact artifact = BaseModel.Load(SharedFolders.Golden("checkpoints", checkpoint, head));
        ClassifierModel model = new(artifact.Encoder, artifact.Head, artifact.Labels.Count);
        model.LoadWeights(artifact.Weights);
        model.eval();
        return model;
    }

    private static long[] Longs(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetInt64())];

    [Fact]
    [Trait("Category", "Golden")]
    public void Question_answering_gives_the_logits_and_the_loss_of_the_reference()
    {
        foreach (string checkpoint in Checkpoints("question_answering"))
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, "question_answering.json"));
            using ClassifierModel model = Model(checkpoint, "question_answering");
            (Tensor ids, Tensor mask, Tensor types) = Modules.Checkpoints.Input(expected.GetProperty("input"));
            Tensor logits = model.forward(ids, mask, types).reshape(ids.shape[0], ids.shape[1], 2);
            GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("start_logits_masked")), Modules.Checkpoints.Floats(logits.select(2, 0) * mask), Tolerance, checkpoint);
            GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("end_logits_masked")), Modules.Checkpoints.Floats(logits.select(2, 1) * mask), Tolerance, checkpoint);
            long[] starts = Longs(expected.GetProperty("start_positions")), ends = Longs(expected.GetProperty("end_positions"));
            Assert.Equal(expected.GetProperty("loss").GetDouble(), SpanLoss.Sum(logits, null, starts, ends).item<float>() / starts.Length, Tolerance);

            // Over its own tokens alone a row has the same loss however far it is padded.
            double alone = 0;
            for (int row = 0; row < starts.Length; row++)
            {
                long length = mask[row].sum().item<long>();
                alone += SpanLoss.Sum(model.forward(ids[row, ..(int)length].unsqueeze(0), null, types[row, ..(int)length].unsqueeze(0)).reshape(1, length, 2), null, [starts[row]], [ends[row]]).item<float>();
            }
            Assert.Equal(alone, SpanLoss.Sum(logits, mask, starts, ends).item<float>(), 1e-3);
        }
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Multiple_choice_gives_the_logits_and_the_loss_of_the_reference()
    {
        foreach (string checkpoint in Checkpoints("multiple_choice"))
        {
            using DisposeScope scope = NewDisposeScope();
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, "multiple_choice.json")), input = expected.GetProperty("input");
            using ClassifierModel model = Model(checkpoint, "multiple_choice");
            Tensor logits = model.forward(Flat("input_ids"), Flat("attention_mask"), Flat("token_type_ids"));
            GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("logits")), Modules.Checkpoints.Floats(logits), Tolerance, checkpoint);
            long[] labels = Longs(expected.GetProperty("labels"));
            int[] counts = [.. input.GetProperty("input_ids").EnumerateArray().Select(question => question.GetArrayLength())];
            Assert.Equal(expected.GetProperty("loss").GetDouble(), ChoiceLoss.Sum(logits, counts, labels).item<float>() / labels.Length, Tolerance);

            Tensor Flat(string part) => Modules.Checkpoints.Ids(JsonSerializer.SerializeToElement(input.GetProperty(part).EnumerateArray().SelectMany(question => question.EnumerateArray())));
        }
    }

    [Fact]
    public void Questions_with_fewer_choices_have_the_loss_that_they_have_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 1, 2, 3, -1, 0.5f }, [5, 1]);
        float first = ChoiceLoss.Sum(logits[..3], [3], [1]).item<float>(), second = ChoiceLoss.Sum(logits[3..], [2], [0]).item<float>();
        Assert.Equal(first + second, ChoiceLoss.Sum(logits, [3, 2], [1, 0]).item<float>(), 1e-5f);
    }

    [Fact]
    public void Padding_has_no_part_in_the_loss_of_a_span_and_gets_no_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 1, 2, 0, 1, 5, 7 }, [1, 3, 2], requires_grad: true), mask = tensor(new long[] { 1, 1, 0 }, [1, 3]);
        Tensor loss = SpanLoss.Sum(logits, mask, [0], [1]);
        Assert.Equal((Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(1))) / 2, loss.item<float>(), 1e-5);
        loss.backward();
        Assert.Equal([0f, 0f], logits.grad![0, 2].data<float>().ToArray());
        Assert.NotEqual(0, logits.grad[0, 0, 0].item<float>());
    }
}
