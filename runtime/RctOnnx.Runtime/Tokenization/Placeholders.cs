using System.Buffers;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>The rule <see cref="Onnx.TextRule.NumberedPlaceholders"/>.</summary>
internal static class Placeholders
{
    private static readonly SearchValues<char> Capitals = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), Digits = SearchValues.Create("0123456789");

    /// <summary>The text with @ and digits of its placeholders as spaces, or the text itself where it has none.</summary>
    public static ReadOnlySpan<char> Cleaned(ReadOnlySpan<char> text)
    {
        char[]? cleaned = null;
        for (int at = text.IndexOf('@'); at >= 0; at = Next(text, at))
        {
            int letters = Length(text[(at + 1)..], Capitals), start = at + 1 + letters, digits = letters == 0 ? 0 : Length(text[start..], Digits);
            if (digits == 0) continue;
            cleaned ??= text.ToArray();
            cleaned[at] = ' ';
            cleaned.AsSpan(start, digits).Fill(' ');
        }
        return cleaned ?? text;
    }

    private static int Next(ReadOnlySpan<char> text, int at)
    {
        int next = text[(at + 1)..].IndexOf('@');
        return next < 0 ? -1 : at + 1 + next;
    }

    private static int Length(ReadOnlySpan<char> text, SearchValues<char> of)
    {
        int end = text.IndexOfAnyExcept(of);
        return end < 0 ? text.Length : end;
    }
}
