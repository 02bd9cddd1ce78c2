namespace RctOnnx.Runtime.Quantization;

/// <summary>Answers of a model to the dev texts.</summary>
/// <param name="Judged">Those that a figure judges: of the one task, or of the one that was chosen.</param>
/// <param name="Tasks">Those of every task, [tasks][sentences].</param>
/// <param name="NamesLabels">Whether a task answers labels and not values, by task.</param>
internal sealed record DevAnswers(IReadOnlyList<Classification> Judged, IReadOnlyList<IReadOnlyList<Classification>> Tasks, IReadOnlyList<bool> NamesLabels)
{
    /// <summary>Asks a model.</summary>
    /// <param name="classifier">Of one task or several.</param>
    /// <param name="texts">Each a list of sentences.</param>
    /// <param name="token">Stops it.</param>
    public static DevAnswers Of(TextClassifier classifier, IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token)
    {
        if (classifier.ReadsPairsOnly)
        {
            IReadOnlyList<Classification> pairs = classifier.Classify([.. texts.Select(PairOf)], token);
            return new DevAnswers(pairs, [pairs], [HasLabels(classifier.ProblemType)]);
        }
        if (classifier.Tasks.Count == 0)
        {
            Classification[] answers = [.. classifier.ClassifyDocuments(texts, token).SelectMany(document => document.Sentences)];
            return new DevAnswers(answers, [answers], [HasLabels(classifier.ProblemType)]);
        }
        IReadOnlyList<IReadOnlyDictionary<string, Classification>> all = classifier.ClassifyTasks([.. texts.SelectMany(text => text)], token);
        return new DevAnswers([.. all.Select(one => one[classifier.TaskName!])], [.. classifier.Tasks.Select(task => (IReadOnlyList<Classification>)[.. all.Select(one => one[task.Name])])],
            [.. classifier.Tasks.Select(task => HasLabels(task.ProblemType))]);
    }

    /// <summary>Answers to parts of the texts as those to all of them.</summary>
    /// <param name="parts">In their order, one at least.</param>
    public static DevAnswers Joined(IReadOnlyList<DevAnswers> parts) => new(
        [.. parts.SelectMany(part => part.Judged)],
        [.. Enumerable.Range(0, parts[0].Tasks.Count).Select(task => (IReadOnlyList<Classification>)[.. parts.SelectMany(part => part.Tasks[task])])], parts[0].NamesLabels);

    /// <summary>The two texts of a pair.</summary>
    /// <exception cref="DataException">There are not two.</exception>
    public static TextPair PairOf(IReadOnlyList<string> texts) => texts is [var first, var second]
        ? new TextPair(first, second)
        : throw new DataException($"The model reads pairs by two encoders, found {texts.Count} text{(texts.Count == 1 ? "" : "s")} (\"{texts.FirstOrDefault()}\"). Give two of each.");

    /// <summary>Logits of all tasks for one text, or of a pair.</summary>
    public static IEnumerable<float> LogitsOf(TextClassifier classifier, string text, string? pair)
    {
        if (pair is not null) return classifier.Classify(new TextPair(text, pair)).Logits;
        if (classifier.Tasks.Count == 0) return classifier.Classify(text).Logits;
        IReadOnlyDictionary<string, Classification> all = classifier.ClassifyTasks(text);
        return classifier.Tasks.SelectMany(task => all[task.Name].Logits);
    }

    /// <summary>Mean squared difference of the logits, that of several tasks over tasks of equal weight.</summary>
    public double SquaredDistance(DevAnswers other) => Tasks.Zip(other.Tasks).Average(task =>
        task.First.Zip(task.Second).Average(pair => pair.First.Logits.Zip(pair.Second.Logits).Average(both => Math.Pow(both.First - both.Second, 2))));

    /// <summary>Share of texts with the same label, in all tasks that answer labels together; 1 where none does.</summary>
    public double AgreementWith(DevAnswers other)
    {
        long agreed = 0, compared = 0;
        foreach ((IReadOnlyList<Classification> own, IReadOnlyList<Classification> others, bool namesLabels) in Tasks.Zip(other.Tasks, NamesLabels))
        {
            if (!namesLabels) continue;
            agreed += own.Zip(others).Count(pair => pair.First.Label == pair.Second.Label);
            compared += own.Count;
        }
        return compared == 0 ? 1 : (double)agreed / compared;
    }

    private static bool HasLabels(Onnx.ProblemType problem) => problem != Onnx.ProblemType.Regression;
}
