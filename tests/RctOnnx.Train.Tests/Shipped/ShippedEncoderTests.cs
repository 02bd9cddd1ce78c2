using System.Security.Cryptography;
using System.Text.RegularExpressions;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Shipped;

[Collection(TorchCollection.Name)]
public class ShippedEncoderTests
{
    private static readonly string Folder = Path.Combine(SharedFolders.RepositoryRoot, "models");
    private static readonly string Encoder = Path.Combine(Folder, "rct-tiny-encoder.onnx");

    [Fact]
    public void The_file_is_the_one_that_its_card_describes_and_is_small()
    {
        byte[] bytes = File.ReadAllBytes(Encoder);
        Assert.True(bytes.Length < 10_000_000, $"{bytes.Length} bytes");
        string card = File.ReadAllText(Path.Combine(Folder, "rct-tiny-encoder.md"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Regex.Match(card, "[0-9a-f]{64}").Value);
    }

    [Fact]
    public void The_record_in_the_file_says_that_it_was_trained_and_how_well()
    {
        ModelArtifact encoder = ModelFile.Read(Encoder).Artifact!;
        Assert.Equal(HeadKind.None, encoder.Head.Kind);
        double before = (double)encoder.Training!["perplexity_before"]!, after = (double)encoder.Training["perplexity_after"]!;
        Assert.True(after < before / 50, $"{before} before, {after} after");
        string card = File.ReadAllText(Path.Combine(Folder, "rct-tiny-encoder.md"));
        Assert.Contains(((long)encoder.Training["steps"]!).ToString("N0", System.Globalization.CultureInfo.InvariantCulture), card, StringComparison.Ordinal);
        Assert.Contains(after.ToString("F1", System.Globalization.CultureInfo.InvariantCulture), card, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_probes_are_answered_alike_by_tokenizer_onnx_runtime_and_torch()
    {
        ModelArtifact encoder = ModelFile.Read(Encoder).Artifact!;
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(encoder.Vocabulary, encoder.Tokenizer);
        using OnnxGraphRunner runner = OnnxGraphRunner.FromFile(Encoder, new OnnxGraphRunnerOptions { Output = "features" });
        using ClassifierModel model = new(encoder.Encoder, encoder.Head, 0);
        model.LoadWeights(encoder.Weights);
        model.eval();
        Assert.NotEmpty(encoder.Probes);
        foreach (Probe probe in encoder.Probes)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            int[] ids = tokenizer.Encode(probe.Text, options: new EncodeOptions { MaxLength = encoder.MaxLength }).Ids;
            Assert.Equal(probe.Ids, ids);
            float[] expected = [.. probe.Logits];
            GoldenTensor.AssertClose(expected, runner.Run([ids], null, ids.Length, tokenizer.PadId, encoder.Encoder.HiddenWidth), 1e-4, probe.Text);
            GoldenTensor.AssertClose(expected, Checkpoints.Floats(model.forward(tensor([.. ids.Select(id => (long)id)], [1, ids.Length]), null, null)), 1e-4, probe.Text);
        }
    }
}
