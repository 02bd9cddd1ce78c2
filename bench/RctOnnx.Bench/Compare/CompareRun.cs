using RctOnnx.Bench.Limits;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Peers;
using RctOnnx.Bench.Reports;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;

namespace RctOnnx.Bench.Compare;

/// <summary>The comparison from files to report.</summary>
internal static class CompareRun
{
    private const int SweepShare = 2; // settings of a peer are chosen on half of the texts

    public static BenchReport Run(CompareSettings settings, CancellationToken token)
    {
        ModelArtifact fp32 = Artifact(settings.Fp32), int8 = Artifact(settings.Int8);
        string[] texts = [.. TextDataset.Read(settings.Texts).Select(row => row.Text).Distinct().Take(settings.Count)];
        string idle = IdleCheck.Describe(TimeSpan.FromSeconds(3));
        using PeerFiles files = new(fp32, texts);
        List<IContestant> contestants = [];
        try
        {
            OwnContestant own = new(settings.Fp32, fp32, texts, Precision.Fp32);
            contestants.Add(own);
            contestants.Add(new OwnContestant(settings.Int8, int8, texts, Precision.Int8));
            contestants.Add(new ProductLimit(fp32, own.Lengths, Precision.Fp32));
            contestants.Add(new ProductLimit(int8, own.Lengths, Precision.Int8));
            List<SettingResult> tried = [];
            foreach ((Precision precision, string graph) in new[] { (Precision.Fp32, "minilm-l6-fused-fp32.onnx"), (Precision.Int8, "minilm-l6-fused-dynamic-int8.onnx") })
            {
                Console.Error.WriteLine($"Choosing the best setting of the {precision} peer.");
                string model = files.Graph(Path.Combine(settings.Graphs, graph), fp32);
                (NodeContestant best, IReadOnlyList<SettingResult> all) = NodeContestant.ChooseBest(model, files, fp32.MaxLength, precision, texts.Length / SweepShare);
                contestants.Add(best);
                tried.AddRange(all);
            }
            foreach (IContestant contestant in contestants.Where(contestant => contestant.Role != ContestantRole.Peer)) contestant.Run(texts.Length); // warms
            List<Pass>[] passes = ConsoleProgress.Run("Comparing", contestants.Count * settings.Rounds, "passes", progress =>
                Interleaved.Run(contestants, settings.Rounds, texts.Length, _ =>
                {
                    token.ThrowIfCancellationRequested();
                    progress.Advance(1);
                }));
            return new BenchReport("Comparison of classification, string to label", [.. MachineInfo.Lines(NodePackages.Versions), idle],
                CompareReport.Notes(settings, texts.Length, own.Lengths), [CompareReport.Ratios(contestants, passes), CompareReport.Limits(contestants, passes, texts.Length), CompareReport.Contestants(contestants, passes, texts.Length), CompareReport.Tried(tried)]);
        }
        finally
        {
            foreach (IContestant contestant in contestants) contestant.Dispose();
        }
    }

    private static ModelArtifact Artifact(string path) => ModelFile.Read(path).Artifact
        ?? throw new ModelFileException($"'{path}' was not made by this product, so that its weights cannot be given to the peers. Name a file that rctonnx-train or rctonnx quantize wrote.");
}
