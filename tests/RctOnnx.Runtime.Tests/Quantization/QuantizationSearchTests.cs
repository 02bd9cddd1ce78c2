using RctOnnx.Onnx;
using RctOnnx.Runtime.Quantization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Quantization;

public sealed class QuantizationSearchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _texts = [.. Enumerable.Range(0, 120).Select(i => $"{(char)('a' + i % 26)} patients {(char)('a' + i * 7 % 26)} results {(char)('a' + i * 3 % 26)} {(char)('a' + i * 11 % 26)}")];

    private string Model => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Inputs_that_hurt_go_back_to_fp32_until_the_drop_is_small_enough()
    {
        // One channel of the second feed-forward layer is always 300 and is not read: with one scale for all channels the others
        // round to nothing, and the texts differ by them.
        ModelArtifact model = RandomModels.Create(hidden: 48, heads: 4, layers: 2);
        Dictionary<string, TensorData> weights = new(model.Weights);
        string crushed = TensorNames.FeedForwardOutput(1);
        float[] bias = model.Weights[TensorNames.Bias(TensorNames.Intermediate(1))].ToFloats(), output = model.Weights[TensorNames.Weight(crushed)].ToFloats();
        bias[0] = 300;
        for (int i = 0; i < output.Length; i++) output[i] *= i < 48 ? 0 : 8;
        weights[TensorNames.Bias(TensorNames.Intermediate(1))] = TensorData.FromFloats(bias, bias.Length);
        weights[TensorNames.Weight(crushed)] = TensorData.FromFloats(output, output.Length / 48, 48);
        Balance(model, weights);

        QuantizationResult found = Quantize(maxDrop: 10);

        Assert.Contains(QuantizationPoints.InputOf(crushed), found.Fp32Inputs);
        Assert.True(found.Fp32Inputs.Count < 4, string.Join(", ", found.Fp32Inputs));
        Assert.Equal(8 - found.Fp32Inputs.Count, found.Artifact.Inputs.Count);
        Assert.All(found.Fp32Inputs, point => Assert.False(found.Artifact.Inputs.ContainsKey(point)));
        Assert.InRange(found.After!.Value, 0.9, 1);
        ModelFile.Write(_folder.File("int8.onnx"), found.Artifact);
        using TextClassifier int8 = TextClassifier.Load(_folder.File("int8.onnx"));
        string[] labels = Labels();
        Assert.Equal(found.After.Value, int8.Classify(_texts, TestContext.Current.CancellationToken).Zip(labels).Count(pair => pair.First.Label == pair.Second) / 120.0, 9);
    }

    [Fact]
    public void Activations_that_are_no_finite_numbers_are_refused_by_place_and_text()
    {
        ModelArtifact model = RandomModels.Create();
        float[] huge = [.. model.Weights[TensorNames.Weight(TensorNames.Intermediate(0))].ToFloats().Select(_ => 3e38f)];
        ModelArtifact broken = model with
        {
            Weights = new Dictionary<string, TensorData>(model.Weights) { [TensorNames.Weight(TensorNames.Intermediate(0))] = TensorData.FromFloats(huge, 24, 48) },
        };
        string message = Assert.Throws<ModelFileException>(() => InputCalibration.Observe(broken, new QuantizationOptions { Calibration = [["the results"]], Threads = 1 }, (_, _) => { }, CancellationToken.None)).Message;
        Assert.Contains("feed_forward.output.input", message);
        Assert.Contains("the results", message);
    }

    [Theory]
    [InlineData(ProblemType.MultiLabel)]
    [InlineData(ProblemType.Regression)]
    public void Models_of_several_labels_or_of_values_are_quantized_without_a_limit(ProblemType problem)
    {
        ModelFile.Write(Model, RandomModels.Create(problem: problem, labelCount: problem == ProblemType.Regression ? 1 : 3));
        QuantizationOptions options = new() { Calibration = Documents, Threads = 1 };
        QuantizationResult found = QuantizationSearch.Run(Model, options, _folder.Path, _ => { }, CancellationToken.None);
        Assert.Equal(8, found.Artifact.Inputs.Count);
        Assert.Null(found.After);
    }

    [Fact]
    public void A_stop_ends_the_calibration_and_one_text_is_enough_for_it()
    {
        ModelFile.Write(Model, RandomModels.Create());
        using CancellationTokenSource stop = new();
        int calibrated = 0;
        QuantizationOptions options = new() { Calibration = Documents, Threads = 1 };
        Assert.ThrowsAny<OperationCanceledException>(() => QuantizationSearch.Run(Model, options, _folder.Path, step =>
        {
            if (step.Step.StartsWith("calibration", StringComparison.Ordinal)) stop.Cancel();
            Assert.True(step.Texts == 0 || !stop.IsCancellationRequested || calibrated++ == 0, "a text after the stop");
        }, stop.Token));
        Assert.Equal(1, calibrated);
        Assert.Equal(8, QuantizationSearch.Run(Model, options with { Calibration = [["a"]] }, _folder.Path, _ => { }, CancellationToken.None).Artifact.Inputs.Count);
        Assert.Throws<DataException>(() => QuantizationSearch.Run(Model, options with { Calibration = [] }, _folder.Path, _ => { }, CancellationToken.None));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(-1)]
    public void Every_text_of_every_step_is_reported_and_the_share_ends_at_one(double maxDrop)
    {
        ModelFile.Write(Model, RandomModels.Create());
        IReadOnlyList<IReadOnlyList<string>> many = [.. Enumerable.Range(0, 20).SelectMany(_ => Documents)]; // several reports a step
        List<QuantizationProgress> reports = [];
        QuantizationOptions options = new() { Calibration = Documents, Dev = many, Figure = Accuracy([.. Enumerable.Range(0, 20).SelectMany(_ => Labels())]), MaxDrop = maxDrop, Threads = 1 };
        if (maxDrop >= 0) _ = QuantizationSearch.Run(Model, options, _folder.Path, reports.Add, CancellationToken.None);
        else Assert.Throws<GateException>(() => QuantizationSearch.Run(Model, options, _folder.Path, reports.Add, CancellationToken.None)); // all inputs were tried

        int inputs = 8, answered = (maxDrop >= 0 ? 4 : 4 + 2 * inputs) * many.Count;
        Assert.Equal(answered + 2 * Documents.Count, reports.Sum(report => report.Texts));
        Assert.Equal(2 * Documents.Count, reports.Count(report => report.Step.StartsWith("calibration", StringComparison.Ordinal)));
        Assert.All(reports, report => Assert.InRange(report.Texts, 0, 512));
        Assert.All(reports, report => Assert.InRange(report.Share, 0, 1));
        Assert.Equal(1, reports[^1].Share, 12);
        if (maxDrop >= 0) Assert.Equal(reports.Select(report => report.Share).Order(), reports.Select(report => report.Share));
    }

    private static DevFigure Accuracy(string[] labels) => new("accuracy", answers => answers.Classifications.Zip(labels).Count(pair => pair.First.Label == pair.Second) / (double)labels.Length);

    private IReadOnlyList<IReadOnlyList<string>> Documents => [.. _texts.Select(text => (IReadOnlyList<string>)[text])];

    // Half of the texts on either side of the first two labels, so that what int8 loses is seen in the answers.
    private void Balance(ModelArtifact model, Dictionary<string, TensorData> weights)
    {
        string name = TensorNames.Bias(TensorNames.HeadOutput);
        ModelFile.Write(Model, model with { Weights = weights });
        float[] bias = model.Weights[name].ToFloats(), differences;
        using (TextClassifier classifier = TextClassifier.Load(Model))
            differences = [.. _texts.Select(text => classifier.Classify(text).Logits).Select(logits => logits[0] - logits[1]).Order()];
        weights[name] = TensorData.FromFloats([bias[0], bias[1] + differences[60], -99], 3);
        ModelFile.Write(Model, model with { Weights = weights });
    }

    private string[] Labels()
    {
        using TextClassifier classifier = TextClassifier.Load(Model);
        return [.. _texts.Select(text => classifier.Classify(text).Label)];
    }

    private QuantizationResult Quantize(double maxDrop) => QuantizationSearch.Run(
        Model, new QuantizationOptions { Calibration = Documents, Dev = Documents, Figure = Accuracy(Labels()), MaxDrop = maxDrop, Threads = 1 }, _folder.Path, _ => { }, CancellationToken.None);
}
