namespace RctOnnx;

/// <summary>A proof or a quality gate that failed; nothing was written.</summary>
public class GateException : RctOnnxException
{
    /// <summary>Creates the exception.</summary>
    public GateException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.GateFailed;
}
