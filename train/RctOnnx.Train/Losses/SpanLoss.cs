using RctOnnx.Train.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Losses;

/// <summary>The loss of question answering: the mean of the cross-entropies of first and last token (Devlin et al. 2018, section 4.2).</summary>
public static class SpanLoss
{
    // Further down than any logit, so that padding is never an answer.
    private static readonly Scalar Lowest = -1e30f;

    /// <summary>The loss summed over the batch, a scalar.</summary>
    /// <param name="logits">fp32 [B, S, 2].</param>
    /// <param name="mask">
    /// int64 [B, S], 1 for tokens that may be an answer; null for all. Transformers takes null and so counts padding, whose amount depends on what a
    /// row is batched with; here rows have the same loss in every batch.
    /// </param>
    /// <param name="starts">First tokens of the answers, a row each.</param>
    /// <param name="ends">Last tokens of the answers.</param>
    public static Tensor Sum(Tensor logits, Tensor? mask, long[] starts, long[] ends)
    {
        Tensor scores = mask is null ? logits : logits.masked_fill(mask.unsqueeze(-1).logical_not(), Lowest);
        return Loss(scores.select(2, 0), starts).Plus(Loss(scores.select(2, 1), ends)).Times(0.5);
    }

    private static Tensor Loss(Tensor scores, long[] places) =>
        nn.functional.cross_entropy(scores, tensor(places, device: scores.device), reduction: nn.Reduction.Sum);
}
