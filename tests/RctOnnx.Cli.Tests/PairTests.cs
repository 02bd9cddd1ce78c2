using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

/// <summary>Models that read pairs by two encoders on the command line.</summary>
public sealed class PairTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PairTests()
    {
        ModelFile.Write(Model, RandomModels.Pairs(FeatureCombination.Difference, shared: false));
        File.WriteAllText(Rows, "label\ttext\tpair\n" + string.Concat(Enumerable.Range(0, 30).Select(i => $"label {i % 3}\tthe {(char)('a' + i % 26)} results\tpatients {(char)('a' + i % 5)}\n")));
    }

    private string Model => _folder.File("model.onnx");

    private string Rows => _folder.File("rows.tsv");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_verb_knows_two_encoders()
    {
        string int8 = _folder.File("int8.onnx");
        using TextClassifier classifier = TextClassifier.Load(Model);
        JsonElement first = JsonDocument.Parse(Run("classify", "--model", Model, "--input", Rows, "--pair-column", "pair").Split('\n')[0]).RootElement;
        Assert.Equal(classifier.Classify(new TextPair("the a results", "patients a")).Score, first.GetProperty("score").GetSingle());
        Assert.Equal(30, JsonDocument.Parse(Run("evaluate", "--model", Model, "--data", Rows, "--pair-column", "pair", "--json")).RootElement.GetProperty("count").GetInt32());
        Assert.Contains("pairs        two encoders, weights of their own, features combined by Difference", Run("inspect", "--model", Model));
        Run("quantize", "--model", Model, "--calibration", Rows, "--evaluate", Rows, "--pair-column", "pair", "--max-drop", "100", "--output", int8);
        Assert.Contains("% of 20", Run("quantize", "--model", Model, "--calibration", Rows, "--calibration-texts", "20", "--pair-column", "pair", "--output", int8));
        Assert.Contains("int8: 16 of 16 inputs", Run("inspect", "--model", int8));
        Run("classify", "--model", int8, "--input", Rows, "--pair-column", "pair");
        Run("verify", "--model", Model, "--data", Rows, "--pair-column", "pair", "--dialect", "CudaFp32");

        Refused("--pair-column", "classify", "--model", Model, "the results");
        Refused("--pair-column", "quantize", "--model", Model, "--calibration", Rows, "--output", _folder.File("x.onnx"));
        Refused("cannot be compiled", "compile", "--model", Model, "--output", _folder.File("x.onnx"));
    }

    [Fact]
    public void Quantize_calibrates_one_encoder_on_pairs_where_their_column_is_named()
    {
        string one = _folder.File("one.onnx"), pairs = _folder.File("pairs.onnx"), singles = _folder.File("singles.onnx");
        ModelFile.Write(one, RandomModels.Create());
        Assert.Contains("% of 30", Run("quantize", "--model", one, "--calibration", Rows, "--evaluate", Rows, "--pair-column", "pair", "--max-drop", "100", "--output", pairs));
        Run("quantize", "--model", one, "--calibration", Rows, "--output", singles);
        Assert.NotEqual(ModelFile.Read(singles).RequireArtifact().Inputs, ModelFile.Read(pairs).RequireArtifact().Inputs);
        Run("classify", "--model", pairs, "--input", Rows, "--pair-column", "pair");
    }

    private static void Refused(string fault, params string[] arguments)
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", arguments);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(fault, run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    private static string Run(params string[] arguments)
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }
}
