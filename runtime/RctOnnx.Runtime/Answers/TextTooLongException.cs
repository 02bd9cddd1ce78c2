namespace RctOnnx.Runtime;

/// <summary>A text of more characters or tokens than the options allow.</summary>
public sealed class TextTooLongException : DataException
{
    /// <summary>Creates the exception.</summary>
    internal TextTooLongException(int index, string message) : base(message) => TextIndex = index;

    /// <summary>Where the text stands in the list that was asked about, from 0.</summary>
    public int TextIndex { get; }
}
