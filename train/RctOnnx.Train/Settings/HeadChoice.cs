namespace RctOnnx.Train.Settings;

/// <summary>What stands on the encoder.</summary>
public enum HeadChoice
{
    /// <summary>The base's own where it has one; else BERT's pooler where the base brings its weights, ELECTRA's for ELECTRA, linear for the rest.</summary>
    Auto,

    /// <summary>dropout → linear on the state of [CLS].</summary>
    Linear,

    /// <summary>dense → tanh → dropout → linear on the state of [CLS]: BERT's.</summary>
    Pooler,

    /// <summary>dropout → dense → GELU → dropout → linear on the state of [CLS]: ELECTRA's.</summary>
    Electra,

    /// <summary>dropout → linear on the mean of all tokens.</summary>
    Mean,

    /// <summary>dropout → linear on the largest value over all tokens.</summary>
    Max,

    /// <summary>Hidden layers with ReLU, each after dropout, then dropout → linear, on what the base pools; widths by <see cref="TrainSettings.Hidden"/>.</summary>
    Mlp,
}
