using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Losses;

/// <summary>The loss of multiple choice: cross-entropy of a softmax over the choices of each question (Devlin et al. 2018, section 4.4).</summary>
public static class ChoiceLoss
{
    // Further down than any logit: questions may have fewer choices than others.
    private static readonly Scalar Lowest = -1e30f;

    /// <summary>The loss summed over the questions, a scalar.</summary>
    /// <param name="logits">fp32, a number a choice: those of the first question, of the second, …</param>
    /// <param name="counts">Choices of each question.</param>
    /// <param name="labels">Place of the right choice of each question, from 0.</param>
    public static Tensor Sum(Tensor logits, IReadOnlyList<int> counts, long[] labels)
    {
        int width = counts.Max(), first = 0;
        long[] places = new long[counts.Count * width];
        bool[] empty = new bool[places.Length];
        for (int question = 0; question < counts.Count; first += counts[question++])
            for (int choice = 0; choice < width; choice++)
            {
                empty[question * width + choice] = choice >= counts[question];
                if (choice < counts[question]) places[question * width + choice] = first + choice;
            }
        Tensor table = logits.flatten().index_select(0, tensor(places, device: logits.device)).reshape(counts.Count, width); // [questions, most choices]
        if (empty.Contains(true)) table = table.masked_fill(tensor(empty, [counts.Count, width], device: logits.device), Lowest);
        return nn.functional.cross_entropy(table, tensor(labels, device: logits.device), reduction: nn.Reduction.Sum);
    }
}
