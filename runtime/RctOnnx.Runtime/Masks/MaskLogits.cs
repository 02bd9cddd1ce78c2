namespace RctOnnx.Runtime;

/// <summary>Is shown what a model says about a mask.</summary>
/// <param name="text">The place of its text in the call.</param>
/// <param name="mask">Its place among the masks of the text.</param>
/// <param name="count">Masks of the text.</param>
/// <param name="logits">Of every piece of the vocabulary.</param>
internal delegate void MaskLogits(int text, int mask, int count, ReadOnlySpan<float> logits);
