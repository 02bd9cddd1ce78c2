namespace RctOnnx.Runtime;

/// <summary>A text of more characters or tokens than the options allow.</summary>
public sealed class TextTooLongException : DataException
{
    /// <summary>Creates the exception.</summary>
    internal TextTooLongException(string message) : base(message) { }
}
