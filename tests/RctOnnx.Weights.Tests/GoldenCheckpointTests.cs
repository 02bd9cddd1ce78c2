using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Weights.HuggingFace;
using Xunit;

namespace RctOnnx.Weights.Tests;

[Trait("Category", "Golden")]
public class GoldenCheckpointTests
{
    private static readonly string[] Heads = ["base", "classification", "regression", "multi_label"];

    private static IEnumerable<string> Checkpoints() => Directory.GetDirectories(SharedFolders.Golden("checkpoints")).Select(folder => Path.GetFileName(folder)).Order();

    private static ModelArtifact Import(string folder, IReadOnlyDictionary<string, TensorData>? tensors = null)
    {
        HuggingFaceConfig config = NextSentence.Named(HuggingFaceConfig.Read(folder));
        bool bare = config.ArchitectureName is "BertModel" or "ElectraModel", bert = config.Encoder.Architecture == Architecture.Bert;
        HeadConfig head = new()
        {
            Kind = bare ? HeadKind.None : bert ? HeadKind.Linear : HeadKind.Electra,
            Pooling = bert ? Pooling.Pooler : Pooling.Cls,
        };
        string[] labels = bare ? [] : [.. config.Labels];
        ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, head, labels.Length, NextSentence.Renamed(config, tensors ?? CheckpointFolder.ReadTensors(folder)));
        Assert.Empty(imported.MissingHead);
        Assert.Empty(imported.Ignored);
        return new ModelArtifact
        {
            Encoder = config.Encoder,
            Head = head,
            ProblemType = config.ProblemType,
            Labels = labels,
            MaxLength = config.Encoder.PositionCount,
            Tokenizer = new TokenizerSettings { LowerCase = true },
            Vocabulary = File.ReadAllLines(Path.Combine(folder, "vocab.txt")),
            Weights = imported.Weights,
        };
    }

    /// <summary>
    /// The answers of every fp32 dialect: the CPU graph row by row without padding, the CoreML graphs in every length that holds
    /// the rows, the others padded.
    /// </summary>
    private static List<(string Dialect, float[] Values)> Run(ModelArtifact model, JsonElement input, string output)
    {
        int[][] ids = GoldenTensor.Rows(input.GetProperty("input_ids")), mask = GoldenTensor.Rows(input.GetProperty("attention_mask"));
        int[][] types = GoldenTensor.Rows(input.GetProperty("token_type_ids"));
        int[][] real = [.. ids.Zip(mask, (row, shown) => row[..shown.Sum()])];
        using GraphRun portable = new(model, GraphDialect.Portable), cuda = new(model, GraphDialect.CudaFp32, pairs: true);
        List<(string, float[])> answers =
        [
            ("portable", portable.Run(real, output, ids[0].Length, types)),
            ("cuda", cuda.Run(real, output, ids[0].Length, types)),
        ];
        foreach (GraphDialect dialect in CpuDialects.Of(model))
        {
            using GraphRun cpu = new(model, dialect, pairs: true);
            answers.Add((dialect.ToString(), [.. real.SelectMany((row, i) => cpu.Run([row], output, types: [types[i][..row.Length]]))]));
        }
        foreach (int length in ((int[])[32, 64, 128, 256, 512]).Where(length => length >= ids[0].Length && length <= model.Encoder.PositionCount))
        {
            using GraphRun coreMl = new(model, GraphDialect.CoreMlFp32, new StaticShape(real.Length + 1, length), pairs: true);
            answers.Add(($"coreml {length}", coreMl.Run(real, output, types: types)));
        }
        Assert.Contains(answers, answer => answer.Item1.StartsWith("coreml", StringComparison.Ordinal));
        return answers;
    }

    [Fact]
    public void Imported_heads_answer_as_the_reference_in_every_dialect()
    {
        foreach (string checkpoint in Checkpoints())
            foreach (string head in Heads.Skip(1).Append("next_sentence").Where(head => Directory.Exists(SharedFolders.Golden("checkpoints", checkpoint, head))))
            {
                JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, head + ".json"));
                ModelArtifact model = Import(SharedFolders.Golden("checkpoints", checkpoint, head));
                float[] logits = GoldenTensor.Floats(expected.GetProperty("logits"));
                foreach ((string dialect, float[] found) in Run(model, expected.GetProperty("input"), "logits"))
                    GoldenTensor.AssertClose(logits, found, 1e-4, $"{checkpoint}/{head} {dialect}");
            }
    }

    [Fact]
    public void Imported_encoders_give_the_reference_features_in_every_dialect()
    {
        foreach (string checkpoint in Checkpoints())
        {
            JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, "base.json"));
            ModelArtifact model = Import(SharedFolders.Golden("checkpoints", checkpoint, "base"));
            JsonElement states = expected.GetProperty("hidden_states_masked").EnumerateArray().Last();
            int sequence = states.GetProperty("shape")[1].GetInt32(), hidden = model.Encoder.HiddenWidth;
            float[] all = GoldenTensor.Floats(states);
            float[] features = model.Head.Pooling == Pooling.Pooler
                ? GoldenTensor.Floats(expected.GetProperty("pooler_output"))
                : [.. Enumerable.Range(0, all.Length / sequence / hidden).SelectMany(row => all[(row * sequence * hidden)..((row * sequence + 1) * hidden)])];
            foreach ((string dialect, float[] found) in Run(model, expected.GetProperty("input"), "features"))
                GoldenTensor.AssertClose(features, found, 1e-4, $"{checkpoint} {dialect}");
        }
    }

    [Fact]
    public void Every_form_of_a_checkpoint_answers_as_the_reference()
    {
        string[] refused = ["malicious.bin", "whole-module.bin"];
        string folder = SharedFolders.Golden("checkpoint-formats");
        string[] files = [.. Directory.GetFiles(folder).Where(path => Path.GetExtension(path) is ".bin" or ".safetensors").Where(path => !refused.Contains(Path.GetFileName(path)))];
        JsonElement expected = GoldenTensor.Parse(SharedFolders.Golden("checkpoint-formats", "expected.json"));
        float[] logits = GoldenTensor.Floats(expected.GetProperty("logits"));
        Assert.Contains(files, file => file.EndsWith(".bin", StringComparison.Ordinal));
        foreach (string path in files.Append(Path.Combine(folder, "sharded")))
        {
            string form = Path.GetFileName(path);
            // Rounded weights: the reference's own tolerances.
            double tolerance = form.Contains("bf16", StringComparison.Ordinal) ? 5e-2 : form.Contains("fp16", StringComparison.Ordinal) ? 5e-3 : 1e-4;
            ModelArtifact model = Import(folder, Directory.Exists(path) ? CheckpointFolder.ReadTensors(path)
                : Path.GetExtension(path) == ".bin" ? PyTorchFile.Read(path) : SafetensorsFile.Read(path));
            foreach ((string dialect, float[] found) in Run(model, expected.GetProperty("input"), "logits"))
                GoldenTensor.AssertClose(logits, found, tolerance, $"{form} {dialect}");
        }
    }

    [Theory]
    [InlineData("f32.safetensors", "zip.bin", "zip-transposed-strides.bin", "zip-one-shared-storage.bin", "legacy-stream.bin", "zip-gamma-beta.bin")]
    [InlineData("bf16.safetensors", "zip-bf16.bin")]
    [InlineData("fp16.safetensors", "zip-fp16.bin")]
    public void Pickles_hold_the_same_bits_as_safetensors(string safetensors, params string[] pickles)
    {
        IReadOnlyDictionary<string, TensorData> expected = SafetensorsFile.Read(SharedFolders.Golden("checkpoint-formats", safetensors));
        foreach (string pickle in pickles)
        {
            Dictionary<string, TensorData> found = PyTorchFile.Read(SharedFolders.Golden("checkpoint-formats", pickle)).ToDictionary(
                pair => pair.Key.Replace("LayerNorm.gamma", "LayerNorm.weight").Replace("LayerNorm.beta", "LayerNorm.bias"), pair => pair.Value);
            Assert.Equal(expected.Keys.Order(), found.Keys.Order());
            foreach ((string name, TensorData tensor) in expected)
            {
                Assert.Equal((tensor.Type, string.Join(',', tensor.Shape)), (found[name].Type, string.Join(',', found[name].Shape)));
                Assert.True(tensor.Bytes.Span.SequenceEqual(found[name].Bytes.Span), $"{pickle}: {name}");
            }
        }
    }

    [Theory]
    [InlineData("malicious.bin", "system")]
    [InlineData("whole-module.bin", "whole module")]
    public void A_pickle_that_is_more_than_weights_is_refused_and_not_run(string file, string reason)
    {
        using TemporaryFolder folder = new();
        string copy = folder.File("pytorch_model.bin"), before = Environment.CurrentDirectory;
        File.Copy(SharedFolders.Golden("checkpoint-formats", file), copy);
        File.Copy(SharedFolders.Golden("checkpoint-formats", "config.json"), folder.File("config.json"));
        Environment.CurrentDirectory = folder.Path; // where the command of the attack would leave its mark
        try
        {
            Assert.Contains(reason, Assert.Throws<ModelFileException>(() => PyTorchFile.Read(copy)).Message);
            Assert.Contains(reason, Assert.Throws<ModelFileException>(() => CheckpointFolder.ReadTensors(folder.Path)).Message);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
        Assert.Equal(["config.json", "pytorch_model.bin"], Directory.GetFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order());
    }

    [Fact]
    public void Import_and_export_give_back_every_tensor_under_its_name()
    {
        foreach (string checkpoint in Checkpoints())
            foreach (string head in Heads)
            {
                string folder = SharedFolders.Golden("checkpoints", checkpoint, head);
                IReadOnlyDictionary<string, TensorData> before = CheckpointFolder.ReadTensors(folder);
                Dictionary<string, TensorData> after = new(HuggingFaceNames.Export(Import(folder)));
                Assert.Equal(before.Keys.Order(), after.Keys.Order());
                foreach ((string name, TensorData tensor) in before)
                {
                    Assert.Equal(tensor.Shape, after[name].Shape);
                    Assert.True(tensor.Bytes.Span.SequenceEqual(after[name].Bytes.Span), $"{checkpoint}/{head} {name}");
                }
            }
    }

    [Fact]
    public void A_pretraining_checkpoint_becomes_a_classifier_whose_head_is_reported_and_initialised()
    {
        foreach (string checkpoint in Checkpoints())
        {
            string folder = SharedFolders.Golden("checkpoints", checkpoint, "masked_lm");
            HuggingFaceConfig config = HuggingFaceConfig.Read(folder);
            HeadConfig head = new() { Kind = HeadKind.Linear, Pooling = Pooling.Pooler };
            ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, head, 5, CheckpointFolder.ReadTensors(folder));
            Assert.Equal(["pooler.dense.weight", "pooler.dense.bias", "classifier.weight", "classifier.bias"], imported.MissingHead);
            Assert.NotEmpty(imported.Ignored);
            IReadOnlyDictionary<string, TensorData> complete = HeadInitializer.Complete(config.Encoder, head, 5, imported.Weights, seed: 3);
            Assert.Equal(WeightShapes.Of(config.Encoder, head, 5).Select(pair => pair.Key).Order(), complete.Keys.Order());
            Assert.All(complete["head.output.bias"].ToFloats(), value => Assert.Equal(0, value));
            float[] drawn = complete["pooler.weight"].ToFloats();
            Assert.Equal(config.Encoder.InitializerRange, Math.Sqrt(drawn.Average(value => (double)value * value)), 0.2 * config.Encoder.InitializerRange);
            Assert.Equal(drawn, HeadInitializer.Complete(config.Encoder, head, 5, imported.Weights, seed: 3)["pooler.weight"].ToFloats());
        }
    }

    [Fact]
    public void A_gap_or_a_wrong_shape_or_a_stranger_is_refused_by_name()
    {
        string folder = SharedFolders.Golden("checkpoints", Checkpoints().First(), "classification");
        Dictionary<string, TensorData> whole = new(CheckpointFolder.ReadTensors(folder));
        string query = whole.Keys.First(name => name.EndsWith("attention.self.query.weight", StringComparison.Ordinal));

        Assert.Contains("attention.self.query.weight' is missing", Refusal(tensors => tensors.Remove(query)));
        Assert.Contains("expected [", Refusal(tensors => tensors[query] = TensorData.FromFloats([1, 2], 2)));
        Assert.Contains("'surprise' has no use here", Refusal(tensors => tensors["surprise"] = TensorData.FromFloats([1], 1)));

        string Refusal(Action<Dictionary<string, TensorData>> change)
        {
            Dictionary<string, TensorData> tensors = new(whole);
            change(tensors);
            return Assert.Throws<ModelFileException>(() => Import(folder, tensors)).Message;
        }
    }

    [Fact]
    public void Old_names_gamma_and_beta_are_read()
    {
        string folder = SharedFolders.Golden("checkpoints", Checkpoints().First(), "classification");
        IReadOnlyDictionary<string, TensorData> tensors = CheckpointFolder.ReadTensors(folder);
        Dictionary<string, TensorData> old = tensors.ToDictionary(
            pair => pair.Key.Replace("LayerNorm.weight", "LayerNorm.gamma").Replace("LayerNorm.bias", "LayerNorm.beta"), pair => pair.Value);
        ModelArtifact expected = Import(folder, tensors), found = Import(folder, old);
        Assert.All(expected.Weights, pair => Assert.Equal(pair.Value.ToFloats(), found.Weights[pair.Key].ToFloats()));
    }
}
