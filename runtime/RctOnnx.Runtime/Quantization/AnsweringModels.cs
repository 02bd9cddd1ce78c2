using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>Opens a model file with what answers for its kind, and says what its texts consist of.</summary>
internal static class AnsweringModels
{
    /// <summary>Opens a file. Texts over the limit are cut, but for contexts of questions, which are read as the file says.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The model that it is a form of.</param>
    /// <param name="options">How it is asked.</param>
    /// <exception cref="ModelFileException">The file is broken or answers its probes differently.</exception>
    public static IAnsweringModel Open(string path, ModelArtifact source, QuantizationOptions options)
    {
        TextClassifierOptions running = new() { Threads = options.Threads, LongText = LongTextPolicy.Truncate };
        return source.ProblemType switch
        {
            ProblemType.QuestionAnswering => new AnsweringQuestions(QuestionAnswerer.Load(path, QuestionsOf(source, options))),
            ProblemType.MultipleChoice => new AnsweringChoices(ChoiceSelector.Load(path, running)),
            ProblemType.MaskedLm => new AnsweringMasks(MaskFiller.Load(path, running)),
            _ => new AnsweringTexts(TextClassifier.Load(path, running with { TaskName = options.TaskName })),
        };
    }

    /// <summary>How questions are read: as asked for, else as the file says, but for contexts over the limit, which are cut where the file refuses them.</summary>
    public static QuestionAnswererOptions QuestionsOf(ModelArtifact source, QuantizationOptions options)
    {
        TextClassifierOptions running = options.Questions.Running;
        LongTextPolicy policy = running.LongText ?? (source.LongText == LongTextPolicy.Error ? LongTextPolicy.Truncate : source.LongText);
        return options.Questions with { Running = running with { Threads = options.Threads ?? running.Threads, LongText = policy } };
    }

    /// <summary>Does something with texts.</summary>
    /// <exception cref="DataException">One is too long; its beginning is told, by which it is found in a file.</exception>
    public static T Named<T>(IReadOnlyList<IReadOnlyList<string>> texts, Func<IReadOnlyList<IReadOnlyList<string>>, T> work)
    {
        try
        {
            return work(texts);
        }
        catch (TextTooLongException e)
        {
            string text = texts[(int)(e.Index ?? 0)][0];
            throw new DataException($"The text \"{(text.Length <= 60 ? text : text[..60] + "…")}\" {e.Fault}", e);
        }
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
        bool singles = false, pairs = false;
        foreach (IReadOnlyList<string> text in texts)
        {
            if (text.Count < fewest || text.Count > most)
                throw new DataException($"The model reads {expected}, found {text.Count} text{(text.Count == 1 ? "" : "s")} (\"{text.FirstOrDefault()}\"). Give {(fewest == most ? $"{fewest}" : most == int.MaxValue ? $"{fewest} or more" : $"{fewest} to {most}")} of each.");
            (singles, pairs) = (singles || text.Count == 1, pairs || text.Count == 2);
        }
        if (most == 2 && fewest == 1 && singles && pairs) throw new DataException("Some texts are pairs and others single. Give one kind of both, for the calibration and for dev.");
    }
}
