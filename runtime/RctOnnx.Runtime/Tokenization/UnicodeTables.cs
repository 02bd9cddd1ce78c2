using System.Globalization;
using System.Text;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>
/// What the tokenizer needs of the Unicode database, independent of the machine's globalisation data: string.Normalize and
/// ToLower answer otherwise where ICU is missing.
/// </summary>
internal static class UnicodeTables
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int VowelCount = 21, TrailCount = 28, HangulCount = 11172;

    /// <summary>Canonical decomposition without nonspacing marks; false where the character stands for itself.</summary>
    public static bool TryDecompose(int codePoint, Span<int> buffer, out ReadOnlySpan<int> parts)
    {
        int syllable = codePoint - HangulBase;
        if ((uint)syllable < HangulCount)
        {
            buffer[0] = LeadBase + syllable / (VowelCount * TrailCount);
            buffer[1] = VowelBase + syllable % (VowelCount * TrailCount) / TrailCount;
            buffer[2] = TrailBase + syllable % TrailCount;
            parts = buffer[..(buffer[2] == TrailBase ? 2 : 3)];
            return true;
        }
        bool found = UnicodeData.Decompositions.TryGetValue(codePoint, out int[]? decomposed);
        parts = decomposed;
        return found;
    }

    /// <summary>Lower case of one character, which can be two; false where it is the character itself.</summary>
    public static bool TryLower(int codePoint, out ReadOnlySpan<int> lower)
    {
        bool found = UnicodeData.LowerCase.TryGetValue(codePoint, out int[]? mapped);
        lower = mapped;
        return found;
    }

    /// <summary>Combining class of a character that is no nonspacing mark; 0 for nearly all.</summary>
    public static byte OrderOf(int codePoint) => codePoint < 0x300 ? (byte)0 : UnicodeData.OrderedMarks.GetValueOrDefault(codePoint);

    /// <summary>Whether a nonspacing mark has combining class 0 and so ends a run of marks.</summary>
    public static bool IsMarkStarter(int codePoint) => UnicodeData.MarkStarters.Contains(codePoint);

    /// <summary>Nonspacing mark (Mn).</summary>
    public static bool IsNonspacingMark(int codePoint) =>
        codePoint >= 0x300 && Category(codePoint) == UnicodeCategory.NonSpacingMark;

    /// <summary>What the reference cleans away: categories Cc, Cf, Co, but not tab and line ends.</summary>
    public static bool IsControl(int codePoint) =>
        codePoint is not ('\t' or '\n' or '\r')
        && Category(codePoint) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse;

    /// <summary>White space in the sense of the Unicode property White_Space.</summary>
    public static bool IsWhiteSpace(int codePoint) => Rune.IsWhiteSpace(new Rune(codePoint));

    /// <summary>ASCII symbols and all of category P.</summary>
    public static bool IsPunctuation(int codePoint) => codePoint < 128
        ? codePoint is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126)
        : Category(codePoint) is UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation
            or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation
            or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    /// <summary>The ideographs that become words of their own; the ranges of the reference, its slip at U+2B920 included.</summary>
    public static bool IsChinese(int codePoint) => codePoint >= 0x3400 && codePoint is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    // The categories are built into .NET; what is younger than the reference's tables is nothing to it.
    private static UnicodeCategory Category(int codePoint)
    {
        UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(codePoint);
        return category is not (UnicodeCategory.OtherLetter or UnicodeCategory.OtherSymbol) && UnicodeData.Young.Contains(codePoint) ? UnicodeCategory.OtherNotAssigned : category;
    }
}
