using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>The words that the tokenizer would look up: its normaliser and pre-tokeniser without a vocabulary. Immutable and thread-safe.</summary>
/// <param name="settings">The rules; words of more code points than the longest are left out.</param>
public sealed class WordSplitter(TokenizerSettings settings)
{
    private readonly byte[] _asciiClasses = AsciiClass.Table(settings.CleanText);

    /// <summary>Gives every word of a text, in order, to <paramref name="words"/>.</summary>
    public void Split(ReadOnlySpan<char> text, WordSink words)
    {
        Span<char> word = stackalloc char[PieceWriter.BufferLength];
        int position = 0;
        new PieceWriter(settings, _asciiClasses, words, word).Write(text, ref position);
    }
}
