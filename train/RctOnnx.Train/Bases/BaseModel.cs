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
    /// <param name="task">Which task of a file of several; null for a file of one.</param>
    /// <param name="allTasks">Whether a file of several tasks is taken as it is.</param>
    /// <exception cref="ModelFileException">A part is missing, damaged or not supported, or the model has no classification head.</exception>
    /// <exception cref="SettingsException">The model has several tasks and none is named, or one task and one is named.</exception>
    public static ModelArtifact LoadClassifier(string folderOrFile, WeightsOptions? options = null, Action<string>? tell = null, string? task = null, bool allTasks = false)
    {
        ModelArtifact artifact = Load(folderOrFile, options, tell, task, allTasks);
        return artifact.ProblemType is ProblemType.QuestionAnswering or ProblemType.MultipleChoice or ProblemType.MaskedLm
            ? throw ModelKinds.Other(folderOrFile, artifact.ProblemType, $"expected is one for labels or values of texts. Run it with '{ModelKinds.VerbOf(artifact.ProblemType)}'")
            : artifact;
    }

    /// <summary>A model of any kind with everything that belongs to it. Parameters as in <see cref="LoadClassifier"/>.</summary>
    /// <exception cref="ModelFileException">A part is missing, damaged or not supported, or the model has no head.</exception>
    /// <exception cref="SettingsException">As <see cref="LoadClassifier"/>.</exception>
    public static ModelArtifact Load(string folderOrFile, WeightsOptions? options = null, Action<string>? tell = null, string? task = null, bool allTasks = false)
    {
        if (Directory.Exists(folderOrFile)) return task is null ? FromFolder(folderOrFile, options, tell) : throw OneTask(folderOrFile, task);
        ModelArtifact artifact = ModelFile.Read(folderOrFile).RequireArtifact();
        if (artifact.MoreTasks.Count == 0 && task is not null) throw OneTask(folderOrFile, task);
        if (artifact.MoreTasks.Count > 0 && !allTasks)
            artifact = TaskViews.Alone(artifact, task ?? throw new SettingsException($"'{folderOrFile}' has several tasks ({string.Join(", ", artifact.Tasks.Select(one => one.Name))}). Name one by --task, or make a file of it: rctonnx-train export --from FILE --task NAME --output FILE"));
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

    private static SettingsException OneTask(string path, string task) => new($"--task is '{task}', but '{path}' has one task, without a name. Leave it out.");

    private static ModelFileException NoHead(string path, string why) =>
        new($"'{path}' is no model of a task that is known here: {why}. Fine-tune it first, or name a checkpoint that was.");
}
