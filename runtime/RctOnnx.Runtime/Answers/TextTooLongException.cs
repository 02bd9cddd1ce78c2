namespace RctOnnx.Runtime;

/// <summary>A text or pair of more characters or tokens than the options allow.</summary>
public sealed class TextTooLongException : DataException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What is wrong and what to do, to be read after the words for the text.</param>
    /// <param name="index">The text's zero-based place in its list; null for a single text.</param>
    internal TextTooLongException(string fault, long? index = null) : base(index is null ? $"The text {fault}" : $"Text {index} (counted from 0) {fault}") =>
        (Fault, Index) = (fault, index);

    /// <summary>What is wrong and what to do, without naming the text: "has 600 tokens, …".</summary>
    public string Fault { get; }

    /// <summary>The zero-based place of the text in the list or stream that was passed; null for a single text.</summary>
    public long? Index { get; }
}
