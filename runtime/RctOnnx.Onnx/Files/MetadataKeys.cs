namespace RctOnnx.Onnx;

/// <summary>Keys of <c>metadata_props</c> in a model file, and the version of this contract.</summary>
public static class MetadataKeys
{
    /// <summary>The version that this build writes.</summary>
    public const int FormatVersion = 1;

    /// <summary>All of the product's keys start with it.</summary>
    public const string Prefix = "rctonnx.";

    /// <summary>Version of the contract, a number.</summary>
    public const string Format = Prefix + "format";

    /// <summary>JSON: encoder and head.</summary>
    public const string Config = Prefix + "config";

    /// <summary>JSON: label names by index.</summary>
    public const string Labels = Prefix + "labels";

    /// <summary><c>single_label</c>, <c>multi_label</c>, <c>regression</c>, <c>ordinal</c>, <c>question_answering</c>, <c>multiple_choice</c> or <c>masked_lm</c>.</summary>
    public const string ProblemType = Prefix + "problem_type";

    /// <summary>Longest sequence in tokens, a number.</summary>
    public const string MaxLength = Prefix + "max_length";

    /// <summary><c>error</c>, <c>truncate</c> or <c>window</c>.</summary>
    public const string LongText = Prefix + "long_text";

    /// <summary>JSON: how documents become rows; absent from models of single texts and pairs.</summary>
    public const string Document = Prefix + "document";

    /// <summary>JSON: the name of the first task and the further ones; absent from models of one task.</summary>
    public const string Tasks = Prefix + "tasks";

    /// <summary>JSON: how pairs are read by two encoders; absent from models of one.</summary>
    public const string PairEncoding = Prefix + "pair_encoding";

    /// <summary>JSON: tokenizer rules.</summary>
    public const string Tokenizer = Prefix + "tokenizer";

    /// <summary>One piece a line; the line is the id.</summary>
    public const string Vocabulary = Prefix + "vocabulary";

    /// <summary>JSON: temperature and thresholds.</summary>
    public const string Calibration = Prefix + "calibration";

    /// <summary>JSON: texts with ids and logits.</summary>
    public const string Probe = Prefix + "probe";

    /// <summary>JSON: the evidence of the export; absent if there is none.</summary>
    public const string Proof = Prefix + "proof";

    /// <summary>JSON: how the model was trained; absent if unknown.</summary>
    public const string Training = Prefix + "training";

    /// <summary>Largest absolute whole number of int8 linear layers, where it is above the safe one.</summary>
    public const string WeightLimit = Prefix + "weight_limit";

    /// <summary>The dialect of a compiled file's graph, <c>cpu_fp32</c> or <c>cpu_int8</c>; absent from a file with the portable graph.</summary>
    public const string Dialect = Prefix + "dialect";

    /// <summary>SHA-256 of the file that a compiled one was made from.</summary>
    public const string Source = Prefix + "source";

    /// <summary>The version of ONNX Runtime in which a compiled file's source was run when it was compiled.</summary>
    public const string OnnxRuntime = Prefix + "onnxruntime";

    /// <summary>SHA-256 in hexadecimal over the graph, the weights and all other metadata.</summary>
    public const string Sha256 = Prefix + "sha256";

    /// <summary>Under what ONNX Runtime keeps a graph that CoreML compiled; in emitted graphs only, not in model files.</summary>
    public const string CoreMlCacheKey = "COREML_CACHE_KEY";

    /// <summary>ONNX Runtime ignores keys of 64 characters and more, and other characters than letters and digits.</summary>
    internal const int CoreMlCacheKeyLength = 60;

    /// <summary>Every key of this version.</summary>
    internal static readonly IReadOnlyList<string> All =
        [Format, Config, Labels, ProblemType, MaxLength, LongText, Document, Tasks, PairEncoding, Tokenizer, Vocabulary, Calibration, Probe, Proof, Training, WeightLimit, Dialect, Source, OnnxRuntime, Sha256];
}
