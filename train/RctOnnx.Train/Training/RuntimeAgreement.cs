using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Export;

namespace RctOnnx.Train.Training;

/// <summary>How often the runtime gave the answer of the trained model in TorchSharp: the same label, the same labels, or the same value within the proof's tolerance.</summary>
/// <param name="Compared">Texts.</param>
/// <param name="Agreed">Texts with the same answer.</param>
internal sealed record RuntimeAgreement(long Compared, long Agreed)
{
    /// <summary>Asks the exported file about every row of a set.</summary>
    public static RuntimeAgreement Of(TextClassifier classifier, ExampleSet examples, EvaluationResult trained, IReadOnlyList<double>? thresholds, IWorkProgress progress, CancellationToken token)
    {
        long agreed = 0;
        int place = 0, labels = examples.LabelCount;
        foreach (IReadOnlyList<Classification> answers in RuntimeAnswers.Of(classifier, examples.Documents(), examples.Tokens.HasPairs, token))
        {
            foreach (Classification answer in answers)
            {
                float[] logits = [.. Enumerable.Range(place++ * labels, labels).Select(at => trained.Logits[at])];
                if (IsSame(classifier, answer, logits, thresholds)) agreed++;
            }
            progress.Advance(answers.Count);
        }
        return new RuntimeAgreement(place, agreed);
    }

    private static bool IsSame(TextClassifier classifier, Classification answer, float[] logits, IReadOnlyList<double>? thresholds) => classifier.ProblemType switch
    {
        ProblemType.Regression => answer.Logits.Zip(logits, (found, expected) => Math.Abs(found - expected) <= ExportProof.Tolerance * Math.Max(1, Math.Abs(expected))).All(same => same),
        ProblemType.MultiLabel => classifier.Labels.Where((_, i) => TaskFigures.Given(logits, logits.Length, thresholds).ElementAt(i)).SequenceEqual(answer.Labels),
        _ => answer.Label == classifier.Labels[TaskFigures.Largest(logits, logits.Length)[0]],
    };
}
