using RctOnnx.CommandLine;
using RctOnnx.Runtime;
using RctOnnx.Train.Examples;

namespace RctOnnx.Train.Training;

/// <summary>How often the runtime named the label that the trained model named in TorchSharp.</summary>
/// <param name="Compared">Texts.</param>
/// <param name="Agreed">Texts with the same label.</param>
internal sealed record RuntimeAgreement(long Compared, long Agreed)
{
    private const int ChunkSize = 512;

    /// <summary>Asks the exported file about every row of a set.</summary>
    public static RuntimeAgreement Of(TextClassifier classifier, ExampleSet examples, IReadOnlyList<int> predicted, IWorkProgress progress, CancellationToken token)
    {
        long agreed = 0;
        for (int start = 0; start < predicted.Count; start += ChunkSize)
        {
            token.ThrowIfCancellationRequested();
            LabelledText[] texts = [.. examples.Texts.Skip(start).Take(ChunkSize)];
            IReadOnlyList<Classification> answers = examples.Tokens.HasPairs
                ? classifier.Classify([.. texts.Select(text => new TextPair(text.Text, text.Pair!))], token)
                : classifier.Classify([.. texts.Select(text => text.Text)], token);
            for (int i = 0; i < texts.Length; i++)
                if (answers[i].Label == classifier.Labels[predicted[start + i]]) agreed++;
            progress.Advance(texts.Length);
        }
        return new RuntimeAgreement(predicted.Count, agreed);
    }
}
