namespace RctOnnx.Train.Pretraining;

/// <summary>How pieces are hidden. Immutable; the defaults are BERT's (Devlin et al. 2018, section 3.1).</summary>
internal sealed record MaskingOptions
{
    /// <summary>Share of a row's pieces that must be named.</summary>
    public double Share { get; init; } = 0.15;

    /// <summary>Of those, the share that is replaced by the mask token.</summary>
    public double HiddenShare { get; init; } = 0.8;

    /// <summary>Of those, the share that is replaced by a random piece; the rest stays as it is.</summary>
    public double RandomShare { get; init; } = 0.1;

    /// <summary>A word is hidden with all its pieces, so that none can be guessed from its neighbours.</summary>
    public bool WholeWords { get; init; } = true;
}
