namespace RctOnnx.Train.Export;

/// <summary>One sequence of the proof with the answer of TorchSharp.</summary>
/// <param name="Ids">Token ids with [CLS] and [SEP].</param>
/// <param name="Types">Token types of a pair; null for a single text.</param>
/// <param name="Logits">Its logits in fp32, computed alone and without padding; of a model that answers for tokens those of every read.</param>
/// <param name="Reads">Places whose answers are compared, of a model that answers for tokens; null where the row has one answer.</param>
internal sealed record ProofRow(int[] Ids, int[]? Types, float[] Logits, int[]? Reads);
