namespace RctOnnx.Runtime.Tokenization;

/// <summary>What the normaliser and the pre-tokeniser do with an ASCII character.</summary>
internal static class AsciiClass
{
    public const byte Drop = 0;
    public const byte Letter = 1;
    public const byte Space = 2;
    public const byte Punctuation = 3;

    /// <summary>The class of each of the 128 characters. Without cleaning, control characters stay as letters.</summary>
    public static byte[] Table(bool cleanText)
    {
        byte[] table = new byte[128];
        for (int c = 0; c < table.Length; c++)
            table[c] = UnicodeTables.IsPunctuation(c) ? Punctuation
                : cleanText && c is not ('\t' or '\n' or '\r') && (c < 32 || c == 127) ? Drop
                : c is ' ' or (>= 9 and <= 13) ? Space
                : Letter;
        return table;
    }
}
