namespace RctOnnx.Onnx;

/// <summary>What the logits mean and which function turns them into scores.</summary>
public enum ProblemType
{
    /// <summary>One label of several; scores are the softmax of logits / temperature.</summary>
    SingleLabel,

    /// <summary>Any subset of the labels; scores are the sigmoid of logits / temperature.</summary>
    MultiLabel,

    /// <summary>Real values; scores are the logits.</summary>
    Regression,

    /// <summary>
    /// One label of several in an order, such as grades: one score a text against ordered thresholds (the proportional odds model,
    /// McCullagh 1980). The logits are the logarithms of the labels' probabilities; scores are the softmax of logits / temperature.
    /// </summary>
    Ordinal,

    /// <summary>A span of a context that answers a question: two logits a token, of its being the span's first and last (Devlin et al. 2018, section 4.2).</summary>
    QuestionAnswering,

    /// <summary>One of several texts that go with another: a logit a pair, softmax over the pairs (Devlin et al. 2018, section 4.4).</summary>
    MultipleChoice,

    /// <summary>The piece that stands behind each mask: a logit for every piece of the vocabulary (masked language model, Devlin et al. 2018, section 3.1).</summary>
    MaskedLm,
}
