using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>Opens a model file with what answers for its kind, and says what its texts consist of.</summary>
internal static class AnsweringModels
{
    /// <summary>Opens a file. Texts over the limit are cut, but for contexts of questions, which are read as the file says.</summary>
    /// <exception cref="ModelFileException">The file is broken or answers its probes differently.</exception>
    public static IAnsweringModel Open(string path, ProblemType problem, QuantizationOptions options)
    {
        TextClassifierOptions running = new() { Threads = options.Threads, LongText = LongTextPolicy.Truncate };
        return problem switch
        {
            ProblemType.QuestionAnswering => new AnsweringQuestions(QuestionAnswerer.Load(path, options.Questions with { Running = options.Questions.Running with { Threads = options.Threads } })),
            ProblemType.MultipleChoice => new AnsweringChoices(ChoiceSelector.Load(path, running)),
            ProblemType.MaskedLm => new AnsweringMasks(MaskFiller.Load(path, running)),
            _ => new AnsweringTexts(TextClassifier.Load(path, running with { TaskName = options.TaskName })),
        };
    }

    /// <summary>Answers that a text has: one a sentence of a document, else one.</summary>
    public static int AnswersOf(ModelArtifact model, IReadOnlyList<string> text) => model.Document is null ? 1 : text.Count;

    /// <summary>Refuses texts that do not consist of what the model reads.</summary>
    /// <exception cref="DataException">One does not.</exception>
    public static void Check(ModelArtifact model, IEnumerable<IReadOnlyList<string>> texts)
    {
        (string expected, int fewest, int most) = model switch
        {
            { PairEncoding: not null } => ("pairs by two encoders", 2, 2),
            { ProblemType: ProblemType.QuestionAnswering } => ("a question with its context", 2, 2),
            { ProblemType: ProblemType.MultipleChoice } => ("a prompt with two choices or more", 3, int.MaxValue),
            { ProblemType: ProblemType.MaskedLm } => ("single texts", 1, 1),
            { Document: not null } => ("documents of sentences", 1, int.MaxValue),
            _ => ("single texts and pairs", 1, 2),
        };
        foreach (IReadOnlyList<string> text in texts)
            if (text.Count < fewest || text.Count > most)
                throw new DataException($"The model reads {expected}, found {text.Count} text{(text.Count == 1 ? "" : "s")} (\"{text.FirstOrDefault()}\"). Give {(fewest == most ? $"{fewest}" : most == int.MaxValue ? $"{fewest} or more" : $"{fewest} to {most}")} of each.");
    }
}
