using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>
/// BERT's next-sentence head (Devlin et al. 2018) as what it is: a classifier of pairs over the pooler, with two labels. Transformers keeps it as
/// <c>cls.seq_relationship</c> and counts "is the next sentence" as 0.
/// </summary>
public static class NextSentence
{
    internal const string Suffix = "ForNextSentencePrediction";
    private const string Own = "cls.seq_relationship.", Classifier = "classifier.";

    /// <summary>The labels by index.</summary>
    public static IReadOnlyList<string> Labels { get; } = ["is_next", "not_next"];

    /// <summary>Whether a folder holds such a model.</summary>
    public static bool Is(HuggingFaceConfig config) => config.ArchitectureName?.EndsWith(Suffix, StringComparison.Ordinal) == true;

    /// <summary>The configuration with the labels of the head, where the folder holds such a model.</summary>
    public static HuggingFaceConfig Named(HuggingFaceConfig config) => Is(config) ? config with { Labels = Labels, ProblemType = ProblemType.SingleLabel } : config;

    /// <summary>The tensors with the head under a classifier's names, where the folder holds such a model.</summary>
    public static IReadOnlyDictionary<string, TensorData> Renamed(HuggingFaceConfig config, IReadOnlyDictionary<string, TensorData> tensors) => Is(config)
        ? tensors.ToDictionary(pair => pair.Key.StartsWith(Own, StringComparison.Ordinal) ? Classifier + pair.Key[Own.Length..] : pair.Key, pair => pair.Value)
        : tensors;
}
