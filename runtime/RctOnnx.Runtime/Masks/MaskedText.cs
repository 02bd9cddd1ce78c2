namespace RctOnnx.Runtime;

/// <summary>A text with masks as tokens.</summary>
/// <param name="Ids">Token ids with [CLS] and [SEP].</param>
/// <param name="Places">Places of the masks among them, rising.</param>
/// <param name="Starts">First character of each mask in the text, in UTF-16 units.</param>
public sealed record MaskedText(int[] Ids, int[] Places, int[] Starts);
