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

    /// <summary>Numbers of an answer of the graph.</summary>
    public int AnswerWidth => Content.Description?.AnswerWidth ?? Labels.Count;

    /// <summary>Whether graphs have an answer for every token.</summary>
    public bool IsPerToken => Content.Description?.IsPerToken == true;

    /// <summary>Whether a graph answers for mask tokens alone: those of CPU dialects, where the model names what stands behind them.</summary>
    public bool IsAtMasks(GraphDialect dialect) => Content.Description?.Head.Pooling == Pooling.Masks && EncoderGraph.IsCpu(dialect);

    /// <summary>The tokenizer, which another thread makes while the graph is opened.</summary>
    /// <exception cref="ModelFileException">The vocabulary is not usable.</exception>
    public WordPieceTokenizer Tokenizer => Tokenization.GetAwaiter().GetResult();

    /// <summary>Reads and checks the file; a foreign one takes labels and tokenizer from the files beside it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="wanted">A problem type of the kind of model that is wanted.</param>
    /// <exception cref="ModelFileException">The file is broken, or a model of another kind.</exception>
    public static LoadedModel Read(string path, ProblemType wanted = ProblemType.SingleLabel)
    {
        ModelFileContent content = ModelFile.Read(path);
        LoadedModel model = content.Description is { } own ? Own(content, own) : Foreign(content, path);
        if (content.Description is not { Head.Kind: HeadKind.None }) ModelKinds.Require(path, model.ProblemType, wanted);
        if (model.Labels.Count == 0 && model.ProblemType != ProblemType.MaskedLm)
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
