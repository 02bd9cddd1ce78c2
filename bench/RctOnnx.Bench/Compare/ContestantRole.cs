namespace RctOnnx.Bench.Compare;

/// <summary>What a contestant is compared as.</summary>
internal enum ContestantRole
{
    /// <summary>This product.</summary>
    Own,

    /// <summary>What a user would otherwise pick.</summary>
    Peer,

    /// <summary>What the processor can do at most: the matrix products without anything else.</summary>
    Limit,
}
