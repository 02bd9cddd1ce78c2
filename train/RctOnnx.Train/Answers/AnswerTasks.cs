using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using RctOnnx.Weights.HuggingFace;
using static TorchSharp.torch;

namespace RctOnnx.Train.Answers;

/// <summary>The tasks of questions by their problem types.</summary>
internal static class AnswerTasks
{
    /// <summary>Names of the logits of a task.</summary>
    public static IReadOnlyList<string> LabelsOf(ProblemType problem) => problem == ProblemType.QuestionAnswering ? CheckpointTask.SpanLabels : CheckpointTask.ChoiceLabels;

    /// <summary>Reads the data of the settings and makes the task of it.</summary>
    /// <param name="settings">Checked.</param>
    /// <param name="model">What is trained, on its device.</param>
    /// <param name="device">That device.</param>
    /// <param name="tokenizer">The base's.</param>
    /// <param name="store">Takes the training tokens.</param>
    /// <exception cref="DataException">A file is missing or a row broken.</exception>
    public static IAnswerTask Create(TrainSettings settings, ClassifierModel model, Device device, WordPieceTokenizer tokenizer, TokenStore store)
    {
        IReadOnlyList<string> names = TaskData.Names(settings.Test);
        if (settings.Problem == ProblemType.QuestionAnswering)
        {
            QuestionColumns columns = new() { Question = settings.QuestionColumn, Context = settings.ContextColumn, Answer = settings.AnswerColumn, Start = settings.StartColumn };
            QuestionTokenizer questions = new(tokenizer, settings.MaxLength, QuestionTask.Reading(settings), settings.WindowOverlap);
            return new QuestionTask(settings, model, device, tokenizer.PadId, Questions("train", settings.Train, store), settings.Dev is { } dev ? Questions("dev", [dev], null) : null,
                [.. names.Zip(settings.Test, (name, path) => Questions(name, [path], null))]);

            QuestionSet Questions(string name, IReadOnlyList<string> paths, TokenStore? tokens) =>
                QuestionSet.Read(name, paths.SelectMany(path => QuestionDataset.Read(path, columns)), questions, keep: tokens is null, tokens ?? new TokenStore());
        }
        ChoiceColumns choices = new() { Prompt = settings.PromptColumn, Choices = settings.ChoicesColumn, Label = settings.LabelColumn };
        return new ChoiceTask(settings, model, device, tokenizer.PadId, Choices("train", settings.Train, store), settings.Dev is { } file ? Choices("dev", [file], null) : null,
            [.. names.Zip(settings.Test, (name, path) => Choices(name, [path], null))]);

        ChoiceSet Choices(string name, IReadOnlyList<string> paths, TokenStore? tokens) =>
            ChoiceSet.Read(name, paths.SelectMany(path => ChoiceDataset.Read(path, choices)), tokenizer, settings.MaxLength, keep: tokens is null, tokens ?? new TokenStore());
    }
}
