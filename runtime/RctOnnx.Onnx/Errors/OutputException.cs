namespace RctOnnx;

/// <summary>An output that could not be written; nothing half-written is left behind.</summary>
public class OutputException : RctOnnxException
{
    /// <summary>Creates the exception.</summary>
    public OutputException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.OutputFailed;
}
