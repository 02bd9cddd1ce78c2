namespace RctOnnx.Runtime;

/// <summary>The memory of a call, used again for other calls: it grows to the largest one.</summary>
internal sealed class CallBuffers
{
    private TokenizedText[] _texts = [];
    private int[] _firstRows = [];
    private IBatchGraph? _graph;
    private IBatchPlan? _plan;

    /// <summary>The tokens of the texts.</summary>
    public TokenRows Rows { get; } = new();

    /// <summary>What the graph answers.</summary>
    public LogitTable Logits { get; } = new();

    /// <summary>Batches that are to run; empty between calls.</summary>
    public Queue<PlannedBatch> Ready { get; } = [];

    /// <summary>What runs together on a graph.</summary>
    public IBatchPlan Plan(IBatchGraph graph)
    {
        if (_graph != graph) (_graph, _plan) = (graph, graph.NewPlan());
        return _plan!;
    }

    /// <summary>Room for at least so many texts.</summary>
    public TokenizedText[] Texts(int count) => _texts = Room(_texts, count);

    /// <summary>Room for the first row of at least so many texts.</summary>
    public int[] FirstRows(int count) => _firstRows = Room(_firstRows, count);

    /// <summary>Forgets what it holds and keeps the memory.</summary>
    public void Clear()
    {
        Rows.Clear();
        _plan?.Clear();
    }

    private static T[] Room<T>(T[] buffer, int count) => buffer.Length >= count ? buffer : new T[Math.Max(count, 2 * buffer.Length)];
}
