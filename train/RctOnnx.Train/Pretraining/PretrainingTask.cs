namespace RctOnnx.Train.Pretraining;

/// <summary>What an encoder learns from plain texts.</summary>
internal enum PretrainingTask
{
    /// <summary>Masked language model: hidden pieces are named (Devlin et al. 2018).</summary>
    Mlm,

    /// <summary>Replaced token detection: a small generator names hidden pieces, the encoder tells which pieces are the generator's (ELECTRA, Clark et al. 2020).</summary>
    Rtd,
}
