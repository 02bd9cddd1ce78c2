using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>A tokenizer as its files describe it.</summary>
/// <param name="Vocabulary">Pieces by id.</param>
/// <param name="Settings">The rules.</param>
/// <param name="MaxLength"><c>model_max_length</c>, if the files state a usable one.</param>
public sealed record TokenizerSource(IReadOnlyList<string> Vocabulary, TokenizerSettings Settings, int? MaxLength);
