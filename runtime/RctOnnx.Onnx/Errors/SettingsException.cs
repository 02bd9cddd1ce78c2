namespace RctOnnx;

/// <summary>Options or settings that are unknown, out of range or contradict one another.</summary>
public class SettingsException : RctOnnxException
{
    /// <summary>Creates the exception.</summary>
    public SettingsException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.Usage;
}
