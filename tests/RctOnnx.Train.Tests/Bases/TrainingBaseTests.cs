using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Train.Tests.Bases;

public sealed class TrainingBaseTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sections", true)] // by its name
    [InlineData(null, true)] // a run of one task goes on with the first
    [InlineData("headings", false)] // a task that the file does not know
    public void A_base_of_several_tasks_gives_a_task_of_its_name_its_head(string? task, bool keeps)
    {
        ModelArtifact model = RandomModels.SeveralTasks();
        ModelFile.Write(Path, model);
        string head = TensorNames.Weight(TensorNames.HeadOutput);
        TrainingBase start = TrainingBase.Load(new TrainSettings { Base = Path, MaxLength = 64 }, model.Labels, task);
        Assert.Equal(keeps, start.KeepsHead);
        Assert.Equal(keeps, start.Artifact.Weights[head].Bytes.Span.SequenceEqual(model.Weights[head].Bytes.Span));
        Assert.Empty(start.Artifact.MoreTasks);
    }

    [Fact]
    public void A_second_encoder_out_of_an_int8_base_is_drawn_from_its_steps_even_where_the_first_is_frozen()
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Mean, hidden: 48), plain = ModelQuantizer.Dequantize(Int8(model));
        ModelFile.Write(Path, Int8(model));
        string layer = TensorNames.Weight(TensorNames.Intermediate(0));
        TrainSettings one = new() { Base = Path, MaxLength = 64, Freeze = ["encoder"] }, two = one with { PairColumn = "pair", Encoders = EncoderChoice.Separate };
        Assert.Equal(plain.Weights[layer].ToFloats(), Start(one)[layer].ToFloats());
        IReadOnlyDictionary<string, TensorData> drawn = Start(two);
        Assert.NotEqual(plain.Weights[layer].ToFloats(), drawn[layer].ToFloats());
        Assert.NotEqual(plain.Weights[layer].ToFloats(), drawn[TensorNames.Second + layer].ToFloats());

        IReadOnlyDictionary<string, TensorData> Start(TrainSettings settings) => TrainingBase.Load(settings, model.Labels).Artifact.Weights;
    }

    private static ModelArtifact Int8(ModelArtifact model) =>
        ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)));
}
