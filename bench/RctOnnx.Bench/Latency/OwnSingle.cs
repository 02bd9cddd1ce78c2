using System.Diagnostics;
using RctOnnx.Bench.Compare;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Latency;

/// <summary>This product, called with one text.</summary>
internal sealed class OwnSingle(string path, IReadOnlyList<string> texts, Precision precision, PerformanceProfile profile) : ISingleContestant
{
    private readonly TextClassifier _classifier = TextClassifier.Load(path, new TextClassifierOptions { Profile = profile });

    public string Name => "RctOnnx";

    public Precision Precision => precision;

    public string Settings => $"profile {profile}";

    public ContestantRole Role => ContestantRole.Own;

    public double RunOne(int place)
    {
        long start = Stopwatch.GetTimestamp();
        _classifier.Classify(texts[place]);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public void Dispose() => _classifier.Dispose();
}
