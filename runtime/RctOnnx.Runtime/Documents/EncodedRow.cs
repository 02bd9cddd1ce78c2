namespace RctOnnx.Runtime;

/// <summary>Some sentences as tokens: <c>[CLS] s1 [SEP] s2 [SEP] …</c></summary>
/// <param name="Ids">Token ids.</param>
/// <param name="Reads">Places of the [SEP] whose answers are those of their sentences, rising; the other sentences are context.</param>
public readonly record struct EncodedRow(int[] Ids, int[] Reads);
