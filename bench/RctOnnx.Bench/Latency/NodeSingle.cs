using RctOnnx.Bench.Compare;
using RctOnnx.Bench.Peers;

namespace RctOnnx.Bench.Latency;

/// <summary>onnxruntime-node, called with one text; the time is taken inside its process.</summary>
internal sealed class NodeSingle(NodePeer peer, Precision precision, int threads) : ISingleContestant
{
    public string Name => $"onnxruntime-node {NodePackages.Versions["onnxruntime-node"]}";

    public Precision Precision => precision;

    public string Settings => $"1 session × {threads} thread{(threads == 1 ? "" : "s")}";

    public ContestantRole Role => ContestantRole.Peer;

    public double RunOne(int place) => peer.RunOne(place);

    public void Dispose() => peer.Dispose();
}
