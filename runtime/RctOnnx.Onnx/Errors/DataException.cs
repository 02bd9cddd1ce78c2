namespace RctOnnx;

/// <summary>Data that cannot be used: missing, unreadable, empty, or with rows that break a rule; names file and line where there is one.</summary>
public class DataException : RctOnnxException
{
    /// <summary>Creates the exception.</summary>
    public DataException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.InputRefused;
}
