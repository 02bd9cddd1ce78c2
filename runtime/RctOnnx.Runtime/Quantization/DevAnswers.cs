namespace RctOnnx.Runtime.Quantization;

/// <summary>Answers of a model to the dev texts.</summary>
/// <param name="Judged">Those that a figure judges: of the one task, or of the one that was chosen.</param>
/// <param name="Tasks">Those of every task, [tasks][sentences].</param>
internal sealed record DevAnswers(IReadOnlyList<Classification> Judged, IReadOnlyList<IReadOnlyList<Classification>> Tasks)
{
    /// <summary>Asks a model.</summary>
    /// <param name="classifier">Of one task or several.</param>
    /// <param name="texts">Each a list of sentences.</param>
    /// <param name="token">Stops it.</param>
    public static DevAnswers Of(TextClassifier classifier, IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token)
    {
        if (classifier.Tasks.Count == 0)
        {
            Classification[] answers = [.. classifier.ClassifyDocuments(texts, token).SelectMany(document => document.Sentences)];
            return new DevAnswers(answers, [answers]);
        }
        IReadOnlyList<IReadOnlyDictionary<string, Classification>> all = classifier.ClassifyTasks([.. texts.SelectMany(text => text)], token);
        return new DevAnswers([.. all.Select(one => one[classifier.TaskName!])], [.. classifier.Tasks.Select(task => (IReadOnlyList<Classification>)[.. all.Select(one => one[task.Name])])]);
    }

    /// <summary>Logits of all tasks for one text.</summary>
    public static IEnumerable<float> LogitsOf(TextClassifier classifier, string text)
    {
        if (classifier.Tasks.Count == 0) return classifier.Classify(text).Logits;
        IReadOnlyDictionary<string, Classification> all = classifier.ClassifyTasks(text);
        return classifier.Tasks.SelectMany(task => all[task.Name].Logits);
    }

    /// <summary>Mean squared difference of the logits, that of several tasks over tasks of equal weight.</summary>
    public double SquaredDistance(DevAnswers other) => Tasks.Zip(other.Tasks).Average(task =>
        task.First.Zip(task.Second).Average(pair => pair.First.Logits.Zip(pair.Second.Logits).Average(both => Math.Pow(both.First - both.Second, 2))));

    /// <summary>Share of texts with the same label, in all tasks together.</summary>
    public double AgreementWith(DevAnswers other)
    {
        long agreed = 0, compared = 0;
        foreach ((IReadOnlyList<Classification> own, IReadOnlyList<Classification> others) in Tasks.Zip(other.Tasks))
        {
            agreed += own.Zip(others).Count(pair => pair.First.Label == pair.Second.Label);
            compared += own.Count;
        }
        return (double)agreed / compared;
    }
}
