using RctOnnx.Bench.Peers;
using RctOnnx.Bench.Figures;

namespace RctOnnx.Bench.Compare;

/// <summary>onnxruntime-node at one setting.</summary>
internal sealed class NodeContestant(NodePeer peer, Precision precision, int workers, int threads, int batch) : IContestant
{
    public string Name => $"onnxruntime-node {NodePackages.Versions["onnxruntime-node"]}, transformers.js tokenizer";

    public Precision Precision => precision;

    public string Settings => $"batch {batch} sorted by length, {workers} session{(workers == 1 ? "" : "s")} × {threads} thread{(threads == 1 ? "" : "s")}";

    public bool IsOwn => false;

    public Pass Run(int count) => peer.Run(batch, count);

    public void Dispose() => peer.Dispose();

    /// <summary>
    /// Tries batches of 8, 16 and 32 on one session with all threads and on a session with one thread a core, in turn, and keeps
    /// the setting that is fastest by the median of the whole way.
    /// </summary>
    public static (NodeContestant Best, IReadOnlyList<SettingResult> Tried) ChooseBest(string model, PeerFiles files, int maxLength, Precision precision, int count, int rounds)
    {
        int cores = Environment.ProcessorCount;
        List<NodeContestant> settings = [];
        foreach ((int workers, int threads) in new[] { (1, cores), (cores, 1) }.Distinct())
        {
            NodePeer peer = NodePeer.Start(model, files, maxLength, workers, threads);
            foreach (int batch in new[] { 8, 16, 32 }) settings.Add(new NodeContestant(peer, precision, workers, threads, batch));
        }
        foreach (NodeContestant setting in settings) setting.Run(count); // warms sessions and compiled code
        List<Pass>[] passes = Interleaved.Run(settings, rounds, count, _ => { });
        SettingResult[] tried = [.. settings.Zip(passes, (setting, own) => new SettingResult(setting, count / Samples.Median(own.Select(pass => pass.WholeSeconds!.Value))))];
        NodeContestant best = (NodeContestant)tried.MaxBy(result => result.TextsPerSecond)!.Contestant;
        foreach (NodePeer other in settings.Select(setting => setting.Peer).Where(other => other != best.Peer).Distinct()) other.Dispose();
        return (best, tried);
    }

    private NodePeer Peer => peer;
}
