using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Averaging;
using Xunit;

namespace RctOnnx.Train.Tests.Averaging;

public class ModelAverageTests
{
    private static ModelArtifact Shifted(ModelArtifact model, float by) => model with
    {
        Weights = model.Weights.ToDictionary(pair => pair.Key, pair => TensorData.FromFloats([.. pair.Value.ToFloats().Select(value => value + by)], [.. pair.Value.Shape])),
        Calibration = new Calibration { Temperature = 2 },
    };

    [Fact]
    public void The_mean_of_every_weight_is_taken_and_what_belonged_to_the_old_ones_is_left_out()
    {
        ModelArtifact model = RandomModels.Create();
        ModelArtifact mean = ModelAverage.Of([("a", Shifted(model, 0)), ("b", Shifted(model, 3)), ("c", Shifted(model, -6))]);
        foreach ((string name, TensorData tensor) in model.Weights)
        {
            Assert.Equal(tensor.Shape, mean.Weights[name].Shape);
            foreach ((float expected, float actual) in tensor.ToFloats().Zip(mean.Weights[name].ToFloats())) Assert.Equal(expected - 1, actual, 1e-5f);
        }
        Assert.Equal(1, mean.Calibration.Temperature);
        Assert.Equal(model.Labels, mean.Labels);
    }

    [Fact]
    public void Models_that_differ_in_more_than_weights_are_refused_by_name()
    {
        ModelArtifact model = RandomModels.Create();
        Assert.Contains("1 model", Fault(("a", model)));
        Assert.Contains("'b' cannot be averaged with 'a'", Fault(("a", model), ("b", model with { Labels = [.. model.Labels.Reverse()] })));
        Assert.Contains("its labels are", Fault(("a", model), ("b", model with { Labels = [.. model.Labels.Reverse()] })));
        Assert.Contains("tokenizer", Fault(("a", model), ("b", model with { Tokenizer = model.Tokenizer with { LowerCase = !model.Tokenizer.LowerCase } })));
        Assert.Contains("layers", Fault(("a", model), ("b", model with { Encoder = model.Encoder with { LayerCount = 9 } })));
        Assert.Contains("maximum length", Fault(("a", model), ("b", model with { MaxLength = 32 })));
        Assert.Contains("documents in another way", Fault(("a", RandomModels.Create(pooling: Pooling.Separators)), ("b", RandomModels.Create(pooling: Pooling.Separators) with { Document = new DocumentRule { SentenceLength = 5 } })));
        Assert.Contains("head", Fault(("a", model), ("b", model with { Head = model.Head with { Pooling = Pooling.Max } })));

        static string Fault(params (string, ModelArtifact)[] models) => Assert.Throws<SettingsException>(() => ModelAverage.Of(models)).Message;
    }
}
