namespace RctOnnx.Kernels;

/// <summary>What a node of a graph keeps: its operator and attributes. Lies outside of the collector's memory.</summary>
internal unsafe struct NodeState
{
    /// <summary>What it computes.</summary>
    public OperatorKind Kind;

    /// <summary>Heads of an attention.</summary>
    public int HeadCount;

    /// <summary>Added to the variance of a normalisation.</summary>
    public float Epsilon;

    /// <summary>Which activation: the number of a <see cref="OwnOperators.Activations"/>.</summary>
    public int Function;
}
