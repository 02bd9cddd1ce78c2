using System.Diagnostics;
using RctOnnx.Bench.Compare;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Candidates;

/// <summary>A model of whole documents, as a user gets it: default options, all documents in one call.</summary>
internal sealed class DocumentContestant(string path, IReadOnlyList<IReadOnlyList<string>> documents, Precision precision) : IContestant
{
    private readonly TextClassifier _classifier = TextClassifier.Load(path);

    public string Name => "RctOnnx, documents";

    public Precision Precision => precision;

    public string Settings => $"defaults: {Environment.ProcessorCount} workers × 1 thread";

    public ContestantRole Role => ContestantRole.Own;

    // Whole documents until there are as many sentences.
    public Pass Run(int count)
    {
        List<IReadOnlyList<string>> taken = [];
        int sentences = 0;
        for (int i = 0; i < documents.Count && sentences < count; i++)
        {
            taken.Add(documents[i]);
            sentences += documents[i].Count;
        }
        long start = Stopwatch.GetTimestamp();
        _classifier.ClassifyDocuments(taken);
        return new Pass(sentences, Stopwatch.GetElapsedTime(start).TotalSeconds, double.NaN, []);
    }

    public void Dispose() => _classifier.Dispose();
}
