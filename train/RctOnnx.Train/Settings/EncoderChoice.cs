namespace RctOnnx.Train.Settings;

/// <summary>What reads the two texts of a pair.</summary>
public enum EncoderChoice
{
    /// <summary>One encoder, both together: [CLS] first [SEP] second [SEP].</summary>
    One,

    /// <summary>Each text by itself, by the same weights.</summary>
    Shared,

    /// <summary>Each text by an encoder of its own; both start from the base.</summary>
    Separate,
}
