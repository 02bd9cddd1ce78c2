using RctOnnx.Bench.Latency;
using RctOnnx.Bench.Limits;
using RctOnnx.Bench.Peers;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Compare;

/// <summary>Who takes part.</summary>
internal static class Contestants
{
    private const int SweepShare = 2; // settings of onnxruntime-node are chosen on half of the texts
    private const int SlowCount = 64; // the padded peers do this many texts a round: their time a text is always the same

    /// <summary>Everybody in one precision: this product first, then its limit, then the peers.</summary>
    public static IEnumerable<IContestant> Of(ComparedModel model, PeerFiles files, IReadOnlyList<string> texts, List<SettingResult> tried)
    {
        OwnContestant own = new(model.Path, model.Artifact, texts, model.Precision);
        yield return own;
        yield return new ProductLimit(model.Artifact, own.Lengths, model.Precision);
        Console.Error.WriteLine($"Choosing the best setting of onnxruntime-node in {model.Precision}.");
        (NodeContestant best, IReadOnlyList<SettingResult> settings) = NodeContestant.ChooseBest(model.PeerGraph, files, model.Artifact.MaxLength, model.Precision, texts.Count / SweepShare);
        tried.AddRange(settings);
        yield return best;
        bool lowerCase = model.Artifact.Tokenizer.LowerCase;
        yield return new MlNetContestant(model.Path, model.Precision, files.Vocabulary, lowerCase, texts, SlowCount);
        foreach (int length in new[] { 128, 256 })
            foreach (int batch in new[] { 1, 32 })
                yield return new TutorialContestant(model.Path, model.Precision, new PaddedTexts(files.Vocabulary, lowerCase, length), batch, texts, SlowCount * 128 / length);
    }

    /// <summary>Everybody in one precision for single texts.</summary>
    public static IEnumerable<ISingleContestant> SinglesOf(ComparedModel model, PeerFiles files, IReadOnlyList<string> texts)
    {
        yield return new OwnSingle(model.Path, texts, model.Precision, PerformanceProfile.Latency);
        yield return new OwnSingle(model.Path, texts, model.Precision, PerformanceProfile.Throughput);
        foreach (int threads in new[] { Environment.ProcessorCount, 1 }.Distinct())
            yield return new NodeSingle(NodePeer.Start(model.PeerGraph, files, model.Artifact.MaxLength, workers: 1, threads), model.Precision, threads);
    }
}
