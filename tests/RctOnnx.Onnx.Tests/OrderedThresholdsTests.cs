using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

public class OrderedThresholdsTests
{
    [Fact]
    public void Thresholds_come_back_as_they_were_stored() =>
        Assert.All(OrderedThresholds.Of(OrderedThresholds.Store([-3, -1, 0.5, 20])).Zip([-3, -1, 0.5, 20.0]), pair => Assert.Equal(pair.Second, pair.First, 1e-5));

    [Fact]
    public void Probabilities_of_the_graph_are_differences_of_sigmoids()
    {
        ModelArtifact model = RandomModels.Create(problem: ProblemType.Ordinal, labelCount: 4), values = RandomModels.Create(problem: ProblemType.Regression, labelCount: 1);
        // The same model without thresholds gives the score itself.
        values = values with { Weights = model.Weights.Where(pair => pair.Key != TensorNames.HeadThresholds).ToDictionary() };
        double[] thresholds = OrderedThresholds.Of(model.Weights[TensorNames.HeadThresholds].ToFloats());
        using GraphRun graph = new(model, GraphDialect.Portable), score = new(values, GraphDialect.Portable);
        int[][] rows = [[2, 7, 9, 3]];
        double[] below = [0, .. thresholds.Select(threshold => 1 / (1 + Math.Exp(score.Run(rows)[0] - threshold))), 1];
        float[] found = graph.Run(rows, "probabilities"), logits = graph.Run(rows);
        for (int k = 0; k < 4; k++)
        {
            Assert.Equal(below[k + 1] - below[k], found[k], 1e-5);
            Assert.Equal(Math.Log(below[k + 1] - below[k]), logits[k], 1e-4);
        }
    }

    [Fact]
    public void A_head_that_does_not_fit_the_problem_is_refused()
    {
        ModelArtifact ordinal = RandomModels.Create(problem: ProblemType.Ordinal), mlp = RandomModels.Create(head: HeadKind.Mlp);
        Assert.Contains("ordered thresholds", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(ordinal with { ProblemType = ProblemType.SingleLabel })).Message);
        Assert.Contains("hidden layers", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(mlp with { Head = mlp.Head with { HiddenWidths = null } })).Message);
        Assert.Contains("hidden layers", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(mlp with { Head = mlp.Head with { HiddenWidths = [1 << 20] } })).Message);
    }

    [Fact]
    public void Heads_and_text_rules_come_back_from_the_file_and_unknown_ones_are_refused()
    {
        using TemporaryFolder folder = new();
        ModelArtifact model = RandomModels.Create(head: HeadKind.Mlp, problem: ProblemType.Ordinal);
        model = model with { Tokenizer = model.Tokenizer with { Rule = TextRule.NumberedPlaceholders } };
        ModelFile.Write(folder.File("model.onnx"), model);
        ModelArtifact read = ModelFile.Read(folder.File("model.onnx")).Artifact!;
        Assert.Equal((true, TextRule.NumberedPlaceholders, ProblemType.Ordinal), (read.Head.IsCumulative, read.Tokenizer.Rule, read.ProblemType));
        Assert.Equal(model.Head.HiddenWidths, read.Head.HiddenWidths);
        Dictionary<string, string> entries = ModelMetadata.Write(model).ToDictionary();
        entries[MetadataKeys.Tokenizer] = entries[MetadataKeys.Tokenizer].Replace("numbered_placeholders", "numbered_placeholders_2", StringComparison.Ordinal);
        Assert.Contains("numbered_placeholders_2", Assert.Throws<ModelFileException>(() => ModelMetadata.Read(entries)).Message);
    }
}
