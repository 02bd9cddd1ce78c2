namespace RctOnnx.Runtime.Quantization;

/// <summary>A masked language model: each text has a mask or more, and an answer for each.</summary>
/// <param name="filler">It, closed with this.</param>
internal sealed class AnsweringMasks(MaskFiller filler) : IAnsweringModel
{
    private const int ComparedPieces = 512; // of the tens of thousands of a vocabulary, evenly, so that a thousand masks take 2 MB and not 120

    public DevAnswers Answer(IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token)
    {
        float[][][] logits = new float[texts.Count][][];
        IReadOnlyList<IReadOnlyList<FilledMask>> filled = filler.Fill([.. texts.Select(text => text[0])], token, (text, mask, count, seen) =>
        {
            logits[text] ??= new float[count][];
            logits[text][mask] = Compared(seen);
        });
        string[] pieces = [.. filled.SelectMany(masks => masks.Select(mask => mask.Pieces[0].Piece))];
        return new DevAnswers { Texts = pieces, Tasks = [new TaskAnswers([.. logits.SelectMany(masks => masks)], pieces)] };
    }

    public void Dispose() => filler.Dispose();

    private static float[] Compared(ReadOnlySpan<float> logits)
    {
        float[] some = new float[Math.Min(ComparedPieces, logits.Length)];
        for (int i = 0; i < some.Length; i++) some[i] = logits[(int)((long)i * logits.Length / some.Length)];
        return some;
    }
}
