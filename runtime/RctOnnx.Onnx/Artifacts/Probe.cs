namespace RctOnnx.Onnx;

/// <summary>A text with the ids and logits that every runtime must find again when it loads the file.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ids">Its token ids with [CLS] and [SEP].</param>
/// <param name="Logits">Its logits in fp32.</param>
public sealed record Probe(string Text, IReadOnlyList<int> Ids, IReadOnlyList<float> Logits)
{
    /// <summary>The second text, of a model that reads pairs by two encoders; otherwise null.</summary>
    public string? Pair { get; init; }

    /// <summary>Token ids of <see cref="Pair"/>.</summary>
    public IReadOnlyList<int>? PairIds { get; init; }
}
