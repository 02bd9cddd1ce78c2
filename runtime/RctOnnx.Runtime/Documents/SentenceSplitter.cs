namespace RctOnnx.Runtime;

/// <summary>
/// Text of an abstract to its sentences, by rules: which full stops end a sentence is told by the word before (<c>e.g.</c>, <c>vs.</c>, initials,
/// decimals do not) and by the one behind. Written for medical abstracts in English; pure, in linear time.
/// </summary>
public static class SentenceSplitter
{
    // Of a longer run of marks and closing signs, which no sentence has, the rest is looked at as text.
    private const int LongestEnd = 8;

    /// <summary>The sentences, without the white space around them; none for a text without letters. A heading that stands alone, such as "METHODS:", begins the sentence behind it.</summary>
    public static IReadOnlyList<string> Split(string text) => [.. Find(text).Select(range => text[range])];

    /// <summary>Where the sentences are, in their order.</summary>
    public static IReadOnlyList<Range> Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<Range> sentences = [];
        int start = 0, open = 0; // the sentence, and brackets open in it
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '(' or '[') open++;
            else if (text[i] is ')' or ']') open = Math.Max(0, open - 1);
            int next = End(text, i, open > 0);
            if (next < 0 || SectionHeadings.IsHeading(text.AsSpan(start, next - start))) continue;
            Add(start, next);
            (start, open, i) = (next, 0, next - 1);
        }
        Add(start, text.Length);
        return sentences;

        void Add(int from, int to)
        {
            while (from < to && char.IsWhiteSpace(text[from])) from++;
            while (to > from && char.IsWhiteSpace(text[to - 1])) to--;
            if (to > from) sentences.Add(from..to);
        }
    }

    // The first character of the next sentence if the character at a place ends one, else -1.
    private static int End(string text, int at, bool inBrackets)
    {
        if (char.IsWhiteSpace(text[at])) return Gap(text, at);
        if (text[at] is not ('.' or '?' or '!')) return -1;
        int end = at + 1;
        while (end < text.Length && end - at < LongestEnd && (text[end] is '.' or '?' or '!' or '"' or '\'' or '”' or '’' or '»' or ')' or ']')) end++;
        bool isPlain = end == at + 1;
        if (end < text.Length && char.IsUpper(text[end]) && SectionHeadings.StartsWithColon(text.AsSpan(end))) return end; // "… x.Methods: …", as some databases print it
        if (end == text.Length || !char.IsWhiteSpace(text[end]) || (at > 0 && text[at - 1] is '.' or '?' or '!')) return -1;
        while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
        if (end == text.Length) return -1;
        // Where more than the one mark stands, as in "tired?" or "(mean 4.)", there is no abbreviation to think of.
        StopContext context = new(text, at, end);
        return context.EndsSentence(isPlain && text[at] == '.', inBrackets && isPlain) ? end : -1;
    }

    // A blank line ends a sentence, and so does white space before a heading in capitals.
    private static int Gap(string text, int at)
    {
        if (at > 0 && char.IsWhiteSpace(text[at - 1])) return -1; // looked at with the first of them
        int end = at, lines = 0;
        for (; end < text.Length && char.IsWhiteSpace(text[end]); end++)
            if (text[end] == '\n') lines++;
        if (end == text.Length) return -1;
        return lines > 1 || SectionHeadings.StartsInCapitals(text.AsSpan(end)) ? end : -1;
    }
}
