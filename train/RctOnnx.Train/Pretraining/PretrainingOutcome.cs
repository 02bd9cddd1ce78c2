using RctOnnx.Onnx;

namespace RctOnnx.Train.Pretraining;

/// <summary>What a run came to.</summary>
internal sealed record PretrainingOutcome
{
    /// <summary>The encoder that was written.</summary>
    public required ModelArtifact Model { get; init; }

    /// <summary>Steps taken.</summary>
    public required long Steps { get; init; }

    /// <summary>Seconds of training.</summary>
    public required double Seconds { get; init; }

    /// <summary>Pieces that were passed, special tokens included.</summary>
    public required long Tokens { get; init; }

    /// <summary>Figures on the held-out texts before the first step; null where nothing is held out.</summary>
    public required PretrainingFigures? Before { get; init; }

    /// <summary>The same at the end.</summary>
    public required PretrainingFigures? After { get; init; }
}
