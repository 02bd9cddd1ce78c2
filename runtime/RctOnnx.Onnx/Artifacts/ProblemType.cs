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
}
