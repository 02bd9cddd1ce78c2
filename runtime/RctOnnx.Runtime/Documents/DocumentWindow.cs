namespace RctOnnx.Runtime;

/// <summary>Sentences of a document that are read together.</summary>
/// <param name="First">The first sentence.</param>
/// <param name="Count">Sentences in the row.</param>
/// <param name="FirstRead">The first sentence whose answer is taken from this row.</param>
/// <param name="ReadCount">Sentences whose answers are taken from it; the others are context.</param>
internal readonly record struct DocumentWindow(int First, int Count, int FirstRead, int ReadCount);
