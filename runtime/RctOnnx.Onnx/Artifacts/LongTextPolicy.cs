namespace RctOnnx.Onnx;

/// <summary>What happens to a text of more tokens than the limit. Never in silence: answers carry counts and a flag.</summary>
public enum LongTextPolicy
{
    /// <summary>The text is refused.</summary>
    Error,

    /// <summary>The first tokens are used; [SEP] is kept.</summary>
    Truncate,

    /// <summary>Overlapping windows are classified and their scores averaged; of a context that a question is about, the best answer of all windows is taken.</summary>
    Window,
}
