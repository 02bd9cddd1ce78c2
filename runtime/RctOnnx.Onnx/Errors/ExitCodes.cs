namespace RctOnnx;

/// <summary>Exit codes of every program of the product.</summary>
public static class ExitCodes
{
    /// <summary>Everything was done.</summary>
    public const int Success = 0;

    /// <summary>A defect of the program: the only case in which a stack trace is printed.</summary>
    public const int InternalError = 1;

    /// <summary>Unknown or contradictory options or settings.</summary>
    public const int Usage = 2;

    /// <summary>Data or another input was missing, unreadable or wrong.</summary>
    public const int InputRefused = 3;

    /// <summary>A model file, checkpoint, configuration or tokenizer was refused.</summary>
    public const int ModelRefused = 4;

    /// <summary>The required execution provider or a native library is not available.</summary>
    public const int ProviderUnavailable = 5;

    /// <summary>The output could not be written.</summary>
    public const int OutputFailed = 6;

    /// <summary>A proof or a quality gate failed; nothing was written.</summary>
    public const int GateFailed = 7;

    /// <summary>Stopped by Ctrl+C or SIGTERM; what was done can be resumed where the verb says so.</summary>
    public const int Cancelled = 130;
}
