using RctOnnx.Bench.Peers;

namespace RctOnnx.Bench.Compare;

/// <summary>onnxruntime-node at one setting.</summary>
internal sealed class NodeContestant(NodePeer peer, Precision precision, int workers, int threads, int batch) : IContestant
{
    private const int WarmUpCount = 128;
    private static readonly int[] BatchSizes = [4, 8, 16, 32];

    public string Name => $"onnxruntime-node {NodePackages.Versions["onnxruntime-node"]}, transformers.js tokenizer";

    public Precision Precision => precision;

    public string Settings => $"batch {batch} sorted by length, {workers} session{(workers == 1 ? "" : "s")} × {threads} thread{(threads == 1 ? "" : "s")}";

    public ContestantRole Role => ContestantRole.Peer;

    public Pass Run(int count) => peer.Run(batch, count);

    public void Dispose() => peer.Dispose();

    /// <summary>
    /// Tries batches on one session with all threads and on a session with one thread a core, and keeps the setting that is
    /// fastest the whole way. Batches below 8 lose little to padding, but pay for each call.
    /// </summary>
    public static (NodeContestant Best, IReadOnlyList<SettingResult> Tried) ChooseBest(string model, PeerFiles files, int maxLength, Precision precision, int count)
    {
        int cores = Environment.ProcessorCount;
        List<SettingResult> tried = [];
        foreach ((int workers, int threads) in new[] { (1, cores), (cores, 1) }.Distinct())
        {
            NodePeer peer = NodePeer.Start(model, files, maxLength, workers, threads);
            peer.Run(BatchSizes[^1], Math.Min(WarmUpCount, count));
            foreach (int batch in BatchSizes)
            {
                NodeContestant setting = new(peer, precision, workers, threads, batch);
                tried.Add(new SettingResult(setting, setting.Run(count).WholeRate));
            }
        }
        NodeContestant best = (NodeContestant)tried.MaxBy(result => result.TextsPerSecond)!.Contestant;
        foreach (NodePeer other in tried.Select(result => ((NodeContestant)result.Contestant).Peer).Where(other => other != best.Peer).Distinct()) other.Dispose();
        return (best, tried);
    }

    private NodePeer Peer => peer;
}
