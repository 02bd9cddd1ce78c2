using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>What a classifier needs to know of a model file, ours or foreign, besides the graph.</summary>
internal sealed record LoadedModel(
    ModelFileContent Content, IReadOnlyList<string> Labels, ProblemType ProblemType, Calibration Calibration, int MaxLength,
    LongTextPolicy LongText, DocumentRule? Document, int TokenTypeCount, Task<WordPieceTokenizer> Tokenization, string Output)
{
    /// <summary>The fastest dialect on CPU that the file gives: its own where it is compiled, portable where it is foreign.</summary>
    public GraphDialect CpuDialect => Content.Compiled?.Dialect ?? (Content.Artifact is { } artifact ? EncoderGraph.CpuDialect(artifact, OwnOperators.IsSupported) : GraphDialect.Portable);

    /// <summary>The tokenizer, which another thread makes while the graph is opened.</summary>
    /// <exception cref="ModelFileException">The vocabulary is not usable.</exception>
    public WordPieceTokenizer Tokenizer => Tokenization.GetAwaiter().GetResult();

    /// <summary>Reads and checks the file; a foreign one takes labels and tokenizer from the files beside it.</summary>
    public static LoadedModel Read(string path)
    {
        ModelFileContent content = ModelFile.Read(path);
        LoadedModel model = content.Description is { } own ? Own(content, own) : Foreign(content, path);
        if (model.Labels.Count == 0)
            throw new ModelFileException($"'{path}' has no labels: it is an encoder without a task. Train or export it with a head, or name the labels in id2label of config.json.");
        if (model.ProblemType == ProblemType.SingleLabel && model.Labels.Count == 1)
            throw new ModelFileException($"'{path}' is single label with the one label '{model.Labels[0]}': its score would always be 1. Two labels, multi label or regression are possible.");
        return model;
    }

    private static LoadedModel Own(ModelFileContent content, ModelDescription model) =>
        new(content, model.Labels, model.ProblemType, model.Calibration, model.MaxLength, model.LongText, model.Document,
            model.Encoder.TokenTypeCount, Task.Run(() => WordPieceTokenizer.Create(model.Vocabulary, model.Tokenizer)), "logits");

    private static LoadedModel Foreign(ModelFileContent content, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        HuggingFaceConfig config = HuggingFaceConfig.Read(folder);
        TokenizerSource source = TokenizerFiles.Load(folder);
        if (source.Vocabulary.Count > config.Encoder.VocabularySize)
            throw new ModelFileException($"The vocabulary in '{folder}' has {source.Vocabulary.Count} pieces, but config.json says {config.Encoder.VocabularySize}. Use the vocabulary that the model was trained with.");
        IReadOnlyList<GraphValue> outputs = content.Signature.Outputs;
        string output = outputs.Any(value => value.Name == "logits") || outputs.Count != 1 ? "logits" : outputs[0].Name;
        int limit = Math.Min(source.MaxLength ?? int.MaxValue, config.Encoder.PositionCount);
        return new LoadedModel(content, config.Labels, config.ProblemType, new Calibration(), limit, LongTextPolicy.Truncate, null,
            config.Encoder.TokenTypeCount, Task.FromResult(WordPieceTokenizer.Create(source.Vocabulary, source.Settings)), output);
    }
}
