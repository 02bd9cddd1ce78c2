using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Pretraining;
using RctOnnx.Train.Settings;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;
using Xunit;

namespace RctOnnx.Train.Tests.Bases;

public sealed class BaseModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_next_sentence_checkpoint_is_a_classifier_of_pairs_and_trains_further_with_its_head()
    {
        string folder = SharedFolders.Golden("checkpoints", "bert-tiny-random", "next_sentence");
        ModelArtifact model = BaseModel.LoadClassifier(folder);
        Assert.Equal(["is_next", "not_next"], model.Labels);
        Assert.Equal((HeadKind.Linear, Pooling.Pooler, ProblemType.SingleLabel), (model.Head.Kind, model.Head.Pooling, model.ProblemType));
        TrainingBase start = TrainingBase.Load(new TrainSettings { Base = folder, MaxLength = 32 }, model.Labels);
        Assert.True(start.KeepsHead);
        Assert.True(start.Artifact.Weights["head.output.weight"].Bytes.Span.SequenceEqual(model.Weights["head.output.weight"].Bytes.Span));
    }

    [Theory]
    [InlineData(Architecture.Bert, Pooling.Pooler, HeadKind.Linear, ProblemType.SingleLabel, 3)]
    [InlineData(Architecture.Bert, Pooling.Pooler, HeadKind.Linear, ProblemType.Regression, 1)]
    [InlineData(Architecture.Electra, Pooling.Cls, HeadKind.Electra, ProblemType.MultiLabel, 4)]
    public void LoadClassifier_a_written_folder_is_the_same_artifact(Architecture architecture, Pooling pooling, HeadKind head, ProblemType problem, int labels)
    {
        ModelArtifact artifact = RandomModels.Create(architecture, pooling, head, problem: problem, labelCount: labels, embedding: architecture == Architecture.Electra ? 16 : 0) with
        {
            MaxLength = 48,
            Tokenizer = new TokenizerSettings { LowerCase = false, StripAccents = true, SplitChineseCharacters = false, CleanText = false, LongestWord = 50 },
        };
        HuggingFaceFolder.Write(_folder.File("out"), artifact);
        List<string> notes = [];
        ModelArtifact read = BaseModel.LoadClassifier(_folder.File("out"), tell: notes.Add);
        Assert.Empty(notes);
        Assert.Equal(
            (artifact.Encoder, artifact.Head, artifact.ProblemType, artifact.MaxLength, artifact.Tokenizer),
            (read.Encoder, read.Head, read.ProblemType, read.MaxLength, read.Tokenizer));
        Assert.Equal(artifact.Labels, read.Labels);
        Assert.Equal(artifact.Vocabulary, read.Vocabulary);
        foreach ((string name, TensorData weight) in artifact.Weights) Assert.True(weight.Bytes.Span.SequenceEqual(read.Weights[name].Bytes.Span), name);
    }

    [Fact]
    public void A_compiled_file_is_no_base_and_names_the_one_that_is_but_gives_its_tokenizer()
    {
        string source = _folder.File("model.onnx"), compiled = _folder.File("compiled.onnx");
        ModelFile.Write(source, RandomModels.Create());
        ModelFile.WriteCompiled(compiled, ModelFile.Read(source), GraphDialect.CpuFp32, "1.31.1");
        foreach (Action use in (Action[])[
            () => BaseModel.LoadClassifier(compiled),
            () => TrainingBase.Load(new TrainSettings { Base = compiled, MaxLength = 32 }, ["x", "y"]),
            () => PretrainingBase.Load(new PretrainSettings { Base = compiled, MaxLength = 32 }, _ => { })])
            Assert.Contains($"compiled from (SHA-256 {ModelFile.Read(source).Sha256})", Assert.Throws<ModelFileException>(use).Message);
        Assert.Equal(RandomModels.Vocabulary.Count, BaseTokenizer.Load(compiled).VocabularySize);
    }

    [Fact]
    public void An_int8_file_is_a_base_in_fp32_with_a_word_about_it()
    {
        ModelArtifact model = RandomModels.Create(pooling: Pooling.Pooler);
        ModelArtifact int8 = ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)));
        ModelFile.Write(_folder.File("int8.onnx"), int8);
        List<string> notes = [];
        ModelArtifact read = BaseModel.LoadClassifier(_folder.File("int8.onnx"), tell: notes.Add);
        TrainingBase trained = TrainingBase.Load(new TrainSettings { Base = _folder.File("int8.onnx"), MaxLength = 32 }, ["x", "y"]);
        Assert.Contains("int8", Assert.Single(notes));
        List<string> told = [];
        PretrainingBase.Load(new PretrainSettings { Base = _folder.File("int8.onnx"), MaxLength = 32 }, told.Add);
        Assert.Contains("int8", Assert.Single(told));
        Assert.Contains(trained.Notes, note => note.Contains("int8", StringComparison.Ordinal));
        Assert.Empty(read.Inputs);
        Assert.Empty(trained.Artifact.Inputs);
        foreach (string name in (string[])[TensorNames.WordEmbeddings, TensorNames.Weight(TensorNames.Intermediate(1))])
        {
            Assert.Equal(TensorType.Float32, trained.Artifact.Weights[name].Type);
            Assert.Equal(int8.Weights[name].ToFloats(), read.Weights[name].ToFloats());
        }
        // A start for training is drawn anew within the steps of the matrices (DitheredWeights).
        Assert.Equal(read.Weights[TensorNames.WordEmbeddings].ToFloats(), trained.Artifact.Weights[TensorNames.WordEmbeddings].ToFloats());
        Assert.NotEqual(read.Weights[TensorNames.Weight(TensorNames.Intermediate(1))].ToFloats(), trained.Artifact.Weights[TensorNames.Weight(TensorNames.Intermediate(1))].ToFloats());
        HuggingFaceFolder.Write(_folder.File("out"), int8);
        ModelArtifact folder = BaseModel.LoadClassifier(_folder.File("out"));
        foreach ((string name, TensorData weight) in read.Weights) Assert.Equal(weight.ToFloats(), folder.Weights[name].ToFloats());
    }

    [Fact]
    public void A_padded_word_table_is_imported_without_the_padding_and_with_a_word_about_it()
    {
        ModelArtifact artifact = RandomModels.Create(pooling: Pooling.Pooler);
        int rows = artifact.Encoder.VocabularySize, padded = (rows / 64 + 1) * 64, width = artifact.Encoder.EmbeddingWidth;
        string pieces = string.Concat(artifact.Vocabulary.Select(piece => piece + "\n"));
        ModelArtifact larger = artifact with
        {
            Encoder = artifact.Encoder with { VocabularySize = padded },
            Vocabulary = [.. artifact.Vocabulary, .. Enumerable.Range(0, padded - rows).Select(i => $"[padding{i}]")],
            Weights = new Dictionary<string, TensorData>(artifact.Weights)
            {
                [TensorNames.WordEmbeddings] = TensorData.FromFloats(
                    [.. artifact.Weights[TensorNames.WordEmbeddings].ToFloats(), .. new float[(padded - rows) * width]], padded, width),
            },
        };
        HuggingFaceFolder.Write(_folder.File("out"), larger);
        File.WriteAllText(Path.Combine(_folder.File("out"), "vocab.txt"), pieces);
        File.Delete(Path.Combine(_folder.File("out"), "tokenizer.json"));

        List<string> notes = [];
        ModelArtifact read = BaseModel.LoadClassifier(_folder.File("out"), tell: notes.Add);
        Assert.Equal(artifact.Encoder, read.Encoder);
        Assert.Equal(artifact.Weights[TensorNames.WordEmbeddings].Bytes.ToArray(), read.Weights[TensorNames.WordEmbeddings].Bytes.ToArray());
        Assert.Contains($"the last {padded - rows} of {padded} rows", Assert.Single(notes));

        TrainSettings settings = new() { Base = _folder.File("out"), MaxLength = 32 };
        TrainingBase trained = TrainingBase.Load(settings, artifact.Labels);
        Assert.Equal(artifact.Encoder, trained.Artifact.Encoder);
        Assert.Contains(notes[0], trained.Notes);

        string file = Path.Combine(_folder.File("out"), "model.safetensors");
        List<string> told = [];
        float[] bias = [.. Enumerable.Range(0, padded).Select(i => (float)i)];
        SafetensorsFile.Write(file, [
            .. SafetensorsFile.Read(file),
            new("cls.predictions.transform.dense.weight", TensorData.FromFloats(new float[width * width], width, width)),
            .. ((string[])["dense.bias", "LayerNorm.weight", "LayerNorm.bias"]).Select(name =>
                new KeyValuePair<string, TensorData>("cls.predictions.transform." + name, TensorData.FromFloats(new float[width], width))),
            new("cls.predictions.bias", TensorData.FromFloats(bias, padded)),
        ]);
        PretrainingBase start = PretrainingBase.Load(new PretrainSettings { Base = _folder.File("out"), MaxLength = 32 }, told.Add);
        Assert.Equal(notes, told);
        Assert.Equal(artifact.Encoder, start.Encoder.Encoder);
        Assert.Equal(bias[..rows], start.Head![TensorNames.MaskedOutputBias].ToFloats());
    }

    [Fact]
    public void Pickled_weights_are_refused_where_pickles_are_not_wanted()
    {
        ModelArtifact artifact = RandomModels.Create(pooling: Pooling.Pooler);
        HuggingFaceFolder.Write(_folder.File("out"), artifact);
        File.Move(Path.Combine(_folder.File("out"), "model.safetensors"), Path.Combine(_folder.File("out"), "pytorch_model.bin"));
        Assert.Contains("pickles are not allowed", Assert.Throws<ModelFileException>(() => BaseModel.LoadClassifier(_folder.File("out"), new WeightsOptions { AllowPickle = false })).Message);
        TrainSettings settings = new() { Base = _folder.File("out"), MaxLength = 32, NoPickle = true };
        Assert.Contains("pickles are not allowed", Assert.Throws<ModelFileException>(() => TrainingBase.Load(settings, artifact.Labels)).Message);
    }
}
