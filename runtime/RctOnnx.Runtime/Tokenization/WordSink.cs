namespace RctOnnx.Runtime.Tokenization;

/// <summary>Takes one word; the memory is used again for the next.</summary>
public delegate void WordSink(ReadOnlySpan<char> word);
