namespace RctOnnx.Runtime.Quantization;

/// <summary>A classifier, of single texts, pairs or documents, of one task or several.</summary>
/// <param name="classifier">It, closed with this.</param>
internal sealed class AnsweringTexts(TextClassifier classifier) : IAnsweringModel
{
    public DevAnswers Answer(IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token)
    {
        if (classifier.ReadsDocuments) return Of([.. classifier.ClassifyDocuments(texts, token).SelectMany(document => document.Sentences)]);
        bool pairs = texts[0].Count > 1; // as all others, which was checked
        if (classifier.Tasks.Count == 0) return Of(pairs ? classifier.Classify(Pairs(texts), token) : classifier.Classify(Singles(texts), token));
        IReadOnlyList<IReadOnlyDictionary<string, Classification>> all = pairs ? classifier.ClassifyTasks(Pairs(texts), token) : classifier.ClassifyTasks(Singles(texts), token);
        return new DevAnswers
        {
            Classifications = [.. all.Select(one => one[classifier.TaskName!])],
            Tasks = [.. classifier.Tasks.Select(task => TaskAnswers.Of([.. all.Select(one => one[task.Name])], task.ProblemType))],
        };
    }

    public void Dispose() => classifier.Dispose();

    private static TextPair[] Pairs(IReadOnlyList<IReadOnlyList<string>> texts) => [.. texts.Select(text => new TextPair(text[0], text[1]))];

    private static string[] Singles(IReadOnlyList<IReadOnlyList<string>> texts) => [.. texts.Select(text => text[0])];

    private DevAnswers Of(IReadOnlyList<Classification> answers) => new() { Classifications = answers, Tasks = [TaskAnswers.Of(answers, classifier.ProblemType)] };
}
