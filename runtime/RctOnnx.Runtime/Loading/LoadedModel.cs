using Microsoft.ML.OnnxRuntime;
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
    /// <summary>The tasks of a file of several, whose logits stand side by side in the order of the tasks; of a file of one task that one, without a name.</summary>
    public required IReadOnlyList<TaskDescription> Tasks { get; init; }

    /// <summary>Logits of all tasks.</summary>
    public int LogitCount => Tasks.Sum(task => task.Labels.Count);

    /// <summary>The same with labels, problem and calibration of one of the tasks.</summary>
    /// <exception cref="SettingsException">The file has no such task.</exception>
    public LoadedModel Choose(string task)
    {
        if (Tasks.Count < 2) throw new SettingsException($"{nameof(TextClassifierOptions.TaskName)} is '{task}', but '{Content.Path}' has one task, without a name. Leave it out.");
        TaskDescription chosen = Tasks.FirstOrDefault(one => one.Name == task)
            ?? throw new SettingsException($"'{Content.Path}' has no task '{task}'; it has {string.Join(", ", Tasks.Select(one => one.Name))}. Choose one of them.");
        return this with { Labels = chosen.Labels, ProblemType = chosen.ProblemType, Calibration = chosen.Calibration, TaskName = task };
    }

    /// <summary>How the file reads pairs by two encoders; null where one reads both texts together.</summary>
    public PairEncoding? PairEncoding => Content.Description?.PairEncoding;

    /// <summary>Whether this is one of two encoders and not what the file holds.</summary>
    public bool IsPart { get; private init; }

    /// <summary>One of the two encoders, whose features stand in the place of logits.</summary>
    /// <param name="second">Which text it reads.</param>
    public LoadedModel Encoder(bool second)
    {
        ModelArtifact encoder = PairViews.Encoder(Content.RequireArtifact(), second);
        string[] features = [.. Enumerable.Range(0, encoder.Encoder.HiddenWidth).Select(i => $"feature {i}")];
        return this with
        {
            Content = Content with { Description = encoder },
            Labels = features,
            ProblemType = ProblemType.Regression,
            Calibration = new Calibration(),
            Tasks = [new TaskDescription { Name = "", Head = encoder.Head, ProblemType = ProblemType.Regression, Labels = features }],
            Output = "features",
            IsPart = true,
        };
    }

    /// <summary>The task of <see cref="Labels"/>; null for a file of one.</summary>
    public string? TaskName { get; private init; }


    /// <summary>The fastest dialect on CPU that the file gives: its own where it is compiled, portable where it is foreign.</summary>
    public GraphDialect CpuDialect => Content.Compiled?.Dialect ?? (Content.Artifact is { } artifact ? EncoderGraph.CpuDialect(artifact, OwnOperators.IsSupported) : GraphDialect.Portable);

    /// <summary>Numbers of an answer of the graph.</summary>
    public int AnswerWidth => Content.Description?.AnswerWidth ?? LogitCount;

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

    /// <summary>
    /// <see cref="Read"/> while the native library of ONNX Runtime is loaded on another thread. That thread is waited for also where the file is
    /// refused: a process that ends while the library starts dies of it (SIGSEGV).
    /// </summary>
    public static LoadedModel ReadBesideNative(string path, ProblemType wanted = ProblemType.SingleLabel)
    {
        Task native = Task.Run(OrtEnv.Instance);
        LoadedModel model;
        try
        {
            model = Read(path, wanted);
        }
        finally
        {
            Task.WaitAny(native); // its own fault, if any, comes after that of the file
        }
        native.GetAwaiter().GetResult();
        return model;
    }

    private static LoadedModel Own(ModelFileContent content, ModelDescription model) =>
        new(content, model.Labels, model.ProblemType, model.Calibration, model.MaxLength, model.LongText, model.Document,
            model.Encoder.TokenTypeCount, Task.Run(() => WordPieceTokenizer.Create(model.Vocabulary, model.Tokenizer)), "logits")
        {
            Tasks = model.Tasks,
            TaskName = model.TaskName,
        };

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
            config.Encoder.TokenTypeCount, Task.FromResult(WordPieceTokenizer.Create(source.Vocabulary, source.Settings)), output)
        {
            Tasks = [new TaskDescription { Name = "", Head = new HeadConfig { Kind = HeadKind.Linear, Pooling = Pooling.Cls }, ProblemType = config.ProblemType, Labels = config.Labels }],
        };
    }
}
