using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;

namespace RctOnnx.Train.Bases;

/// <summary>A model that was trained elsewhere or before, put together from its files.</summary>
public static class BaseModel
{
    /// <summary>
    /// A classifier with everything that belongs to it: from a Hugging Face folder (config.json, weights, vocabulary) or from a
    /// model file of this product.
    /// </summary>
    /// <param name="folderOrFile">The folder, or the file.</param>
    /// <param name="options">How weights of a folder are read; null takes the defaults.</param>
    /// <param name="tell">Is told what a person should know about the import.</param>
    /// <exception cref="ModelFileException">A part is missing, damaged or not supported, or the model has no classification head.</exception>
    public static ModelArtifact LoadClassifier(string folderOrFile, WeightsOptions? options = null, Action<string>? tell = null)
    {
        ModelArtifact artifact = Load(folderOrFile, options, tell);
        return artifact.ProblemType is ProblemType.QuestionAnswering or ProblemType.MultipleChoice or ProblemType.MaskedLm
            ? throw ModelKinds.Other(folderOrFile, artifact.ProblemType, $"expected is one for labels or values of texts. Run it with '{ModelKinds.VerbOf(artifact.ProblemType)}'")
            : artifact;
    }

    /// <summary>A model of any task with everything that belongs to it. Parameters as in <see cref="LoadClassifier"/>.</summary>
    /// <exception cref="ModelFileException">A part is missing, damaged or not supported, or the model has no head.</exception>
    public static ModelArtifact Load(string folderOrFile, WeightsOptions? options = null, Action<string>? tell = null)
    {
        if (Directory.Exists(folderOrFile)) return FromFolder(folderOrFile, options, tell);
        ModelArtifact artifact = ModelFile.Read(folderOrFile).RequireArtifact();
        if (artifact.Head.Kind == HeadKind.None) throw NoHead(folderOrFile, "it is an encoder alone");
        ModelArtifact plain = ModelQuantizer.Dequantize(artifact);
        if (plain != artifact) tell?.Invoke($"'{folderOrFile}' is int8: its rounded weights are used, in fp32.");
        return plain;
    }

    private static ModelArtifact FromFolder(string folder, WeightsOptions? options, Action<string>? tell)
    {
        HuggingFaceConfig config = NextSentence.Named(HuggingFaceConfig.Read(folder));
        TokenizerSource tokenizer = TokenizerFiles.Load(folder);
        CheckpointTask task = CheckpointTask.Of(config) ?? throw NoHead(folder, $"config.json names the architecture '{config.ArchitectureName}', expected one that ends in {string.Join(", ", CheckpointTask.Endings)}");
        ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, task.Head, task.Labels.Count, NextSentence.Renamed(config, CheckpointFolder.ReadTensors(folder, options)), tokenizer.Vocabulary.Count, task.Problem);
        if (imported.WordTableNote is { } note) tell?.Invoke(note);
        if (imported.MissingHead.Count > 0) throw NoHead(folder, $"it lacks {string.Join(", ", imported.MissingHead)}");
        ModelArtifact artifact = new()
        {
            Encoder = imported.Encoder,
            Head = task.Head,
            ProblemType = task.Problem,
            Labels = task.Labels,
            LongText = task.Problem == ProblemType.QuestionAnswering ? LongTextPolicy.Window : LongTextPolicy.Truncate,
            MaxLength = Math.Min(tokenizer.MaxLength ?? config.Encoder.PositionCount, config.Encoder.PositionCount),
            Tokenizer = tokenizer.Settings,
            Vocabulary = tokenizer.Vocabulary,
            Weights = imported.Weights,
        };
        ArtifactCheck.Validate(artifact);
        return artifact;
    }

    private static ModelFileException NoHead(string path, string why) =>
        new($"'{path}' is no model of a task that is known here: {why}. Fine-tune it first, or name a checkpoint that was.");
}
