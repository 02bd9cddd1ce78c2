using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>What a batch of replaced token detection gave.</summary>
/// <param name="MaskedSum">The generator's cross-entropy, summed over the hidden places; a scalar.</param>
/// <param name="DetectionSum">Binary cross-entropy, summed over the tokens; a scalar.</param>
/// <param name="Scores">Of having been replaced, fp32 [B · S].</param>
/// <param name="Replaced">1 where a token is not that of the text, fp32 [B · S].</param>
/// <param name="Stands">1 for tokens and 0 for padding, fp32 [B · S]; null when no row is padded.</param>
internal sealed record ReplacedTokenLoss(Tensor MaskedSum, Tensor DetectionSum, Tensor Scores, Tensor Replaced, Tensor? Stands);
