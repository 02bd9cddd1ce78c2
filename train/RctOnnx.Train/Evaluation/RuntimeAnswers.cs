using RctOnnx.Runtime;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Evaluation;

/// <summary>What a model file says in the runtime about texts.</summary>
internal static class RuntimeAnswers
{
    private const int ChunkSize = 512;

    /// <summary>The answers in their order, in parts. A model that reads documents is asked about them whole, also where the task is one of single texts.</summary>
    /// <param name="classifier">Answers.</param>
    /// <param name="documents">Texts by their group, one alone where there is none.</param>
    /// <param name="arePairs">Whether the texts are pairs.</param>
    /// <param name="token">Stops it.</param>
    public static IEnumerable<IReadOnlyList<Classification>> Of(TextClassifier classifier, IEnumerable<IReadOnlyList<LabelledText>> documents, bool arePairs, CancellationToken token)
    {
        List<IReadOnlyList<LabelledText>> chunk = [];
        int count = 0;
        foreach (IReadOnlyList<LabelledText> document in documents)
        {
            chunk.Add(document);
            count += document.Count;
            if (count < ChunkSize) continue;
            yield return Ask(classifier, chunk, arePairs, token);
            chunk = [];
            count = 0;
        }
        if (count > 0) yield return Ask(classifier, chunk, arePairs, token);
    }

    private static IReadOnlyList<Classification> Ask(TextClassifier classifier, List<IReadOnlyList<LabelledText>> documents, bool arePairs, CancellationToken token) => arePairs
        ? classifier.Classify([.. documents.SelectMany(document => document).Select(text => new TextPair(text.Text, text.Pair!))], token)
        : [.. classifier.ClassifyDocuments([.. documents.Select(document => (IReadOnlyList<string>)[.. document.Select(text => text.Text)])], token).SelectMany(answer => answer.Sentences)];
}
