namespace RctOnnx;

/// <summary>A model file, checkpoint, configuration or tokenizer that is broken, unsupported or not to be trusted.</summary>
public class ModelFileException : RctOnnxException
{
    /// <summary>Creates the exception.</summary>
    public ModelFileException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public override int ExitCode => ExitCodes.ModelRefused;
}
