using RctOnnx.Runtime;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Evaluation;

/// <summary>What a model file says in the runtime about the texts of a set.</summary>
internal static class RuntimeAnswers
{
    private const int ChunkSize = 512;

    /// <summary>The answers in their order, in parts. A model that reads documents is asked about the groups of the data, also where the set is one of single texts.</summary>
    public static IEnumerable<IReadOnlyList<Classification>> Of(TextClassifier classifier, ExampleSet examples, CancellationToken token)
    {
        if (classifier.ReadsDocuments)
        {
            int first = 0;
            foreach (int[] lengths in examples.DocumentLengths.Chunk(ChunkSize / 8))
            {
                List<IReadOnlyList<string>> documents = [];
                foreach (int length in lengths)
                {
                    documents.Add([.. Enumerable.Range(first, length).Select(i => examples.Texts[i].Text)]);
                    first += length;
                }
                yield return [.. classifier.ClassifyDocuments(documents, token).SelectMany(document => document.Sentences)];
            }
            yield break;
        }
        foreach (LabelledText[] texts in examples.Texts.Chunk(ChunkSize))
            yield return examples.Tokens.HasPairs
                ? classifier.Classify([.. texts.Select(text => new TextPair(text.Text, text.Pair!))], token)
                : classifier.Classify([.. texts.Select(text => text.Text)], token);
    }
}
