using System.Text.Json.Serialization;

namespace RctOnnx.Onnx;

/// <summary>Everything beside the vocabulary that decides which ids a text gets (BERT normaliser, pre-tokeniser and WordPiece).</summary>
public sealed record TokenizerSettings
{
    /// <summary>Texts are lower-cased.</summary>
    public required bool LowerCase { get; init; }

    /// <summary>Combining marks are removed after canonical decomposition; null means "same as <see cref="LowerCase"/>".</summary>
    public bool? StripAccents { get; init; }

    /// <summary>CJK ideographs become words of their own.</summary>
    public bool SplitChineseCharacters { get; init; } = true;

    /// <summary>Control characters are removed and white space becomes a space.</summary>
    public bool CleanText { get; init; } = true;

    /// <summary>The padding token.</summary>
    public string PadToken { get; init; } = "[PAD]";

    /// <summary>Stands for a word that the vocabulary cannot spell.</summary>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>First token of every sequence.</summary>
    public string ClsToken { get; init; } = "[CLS]";

    /// <summary>Ends each text of a sequence.</summary>
    public string SepToken { get; init; } = "[SEP]";

    /// <summary>Stands for a hidden piece in masked language modelling.</summary>
    public string MaskToken { get; init; } = "[MASK]";

    /// <summary>Marks a piece that continues a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>Words of more code points than this become one unknown token.</summary>
    public int LongestWord { get; init; } = 100;

    /// <summary>What is done to a text first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public TextRule Rule { get; init; }

    /// <summary>Whether accents are removed, with the default resolved.</summary>
    [JsonIgnore]
    public bool StripsAccents => StripAccents ?? LowerCase;
}
