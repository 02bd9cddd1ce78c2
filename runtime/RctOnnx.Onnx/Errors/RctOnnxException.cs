namespace RctOnnx;

/// <summary>
/// A failure that the caller can mend. The message names the thing, the value found, the value expected and the next step;
/// programs print it without a stack trace and end with <see cref="ExitCode"/>.
/// </summary>
public class RctOnnxException : Exception
{
    /// <summary>Creates the exception.</summary>
    public RctOnnxException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>The exit code that a program ends with on this failure (see <see cref="ExitCodes"/>).</summary>
    public virtual int ExitCode => ExitCodes.InputRefused;
}
