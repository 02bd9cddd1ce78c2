namespace RctOnnx;

/// <summary>An execution provider or native library that was required and is not available.</summary>
public class ProviderException : RctOnnxException
{
    /// <summary>Creates the exception.</summary>
    public ProviderException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.ProviderUnavailable;
}
