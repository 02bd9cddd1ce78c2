namespace RctOnnx.Runtime;

/// <summary>What stands around a mark that may end a sentence.</summary>
internal readonly ref struct StopContext
{
    private const int LongestWord = 40; // no abbreviation is longer, and a lookback without end would not be linear

    // Never at the end of a sentence.
    private static readonly HashSet<string> Inner = new(StringComparer.OrdinalIgnoreCase)
    {
        "e.g", "i.e", "vs", "cf", "fig", "figs", "eq", "ref", "refs", "approx", "ca", "viz", "dr", "mr", "mrs", "ms", "prof", "nos", "pp", "eds", "incl", "excl", "esp", "subsp", "ssp", "dept",
        "univ", "assoc", "diff", "vol", "chap", "pvt",
    };

    // At the end of a sentence where the next word is one that sentences begin with.
    private static readonly HashSet<string> Either = new(StringComparer.OrdinalIgnoreCase)
    {
        "al", "etc", "inc", "ltd", "co", "corp", "u.s", "u.k", "u.s.a", "a.m", "p.m", "ph.d", "m.d", "b.i.d", "t.i.d", "q.d", "i.v", "s.c", "i.m", "p.o", "min", "sec", "hr", "hrs", "yr", "yrs",
        "mo", "wk", "wks", "no", "sp", "spp", "max", "temp", "avg", "resp", "sect", "ed", "var", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "ie", "eg", "st",
        "dr", "ms",
    };

    private static readonly HashSet<string> Starters = new(StringComparer.Ordinal)
    {
        "The", "A", "An", "In", "We", "This", "These", "Those", "Our", "It", "Its", "They", "There", "To", "For", "Of", "On", "At", "By", "With", "From", "After", "Before", "During", "However",
        "Moreover", "Furthermore", "Thus", "Therefore", "Patients", "Participants", "Subjects", "Results", "Methods", "Conclusions", "Background", "Objective", "No", "All", "Both", "Each", "One",
        "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Mean", "Median", "Data", "Although", "While", "When", "As", "If", "Compared", "Significant", "Primary", "Secondary", "Treatment", "Women", "Men",
        "Children", "Further", "Among", "Between", "Overall", "Using", "Only", "Main", "Outcome", "Outcomes", "Measures", "Study", "Design", "Randomized", "Randomised", "Here", "Such", "Other",
        "Most", "Some", "Additionally", "Similarly", "Conversely", "Follow-up", "Adverse", "Blood", "Pain", "Baseline", "Asymptomatic",
    };

    private readonly ReadOnlySpan<char> _before, _rest;

    /// <param name="text">The whole text.</param>
    /// <param name="stop">Place of the mark.</param>
    /// <param name="next">Place of the next word.</param>
    public StopContext(string text, int stop, int next)
    {
        _before = text.AsSpan(0, stop);
        _rest = text.AsSpan(next);
        while (_rest.Length > 1 && _rest[0] is '"' or '“' or '‘' or '(' or '[' or '\'' or '`') _rest = _rest[1..];
        HasOpening = _rest.Length < text.Length - next;
    }

    private bool HasOpening { get; }

    private ReadOnlySpan<char> Word
    {
        get
        {
            ReadOnlySpan<char> tail = _before[Math.Max(0, _before.Length - LongestWord)..];
            int cut = tail.LastIndexOfAny([' ', '\t', '\n', '(', '[', '{', '"', '“', '‘', ',', ';', '/', '\u00a0']);
            return tail[(cut + 1)..];
        }
    }

    private ReadOnlySpan<char> NextWord
    {
        get
        {
            ReadOnlySpan<char> head = _rest[..Math.Min(_rest.Length, LongestWord)];
            int cut = head.IndexOfAny([' ', ',', ';', ':', '.', ')', ']', '\n']);
            return cut < 0 ? head : head[..cut];
        }
    }

    /// <summary>Whether the mark ends a sentence.</summary>
    /// <param name="isFullStop">Whether it is a full stop alone, which may belong to an abbreviation.</param>
    /// <param name="inBrackets">Whether a bracket is open.</param>
    public bool EndsSentence(bool isFullStop, bool inBrackets)
    {
        if (_rest.IsEmpty) return false;
        char first = _rest[0];
        bool starts = Starters.GetAlternateLookup<ReadOnlySpan<char>>().Contains(NextWord);
        if (isFullStop && Abbreviates(starts, first) is { } ends) return ends;
        if (char.IsUpper(first)) return !inBrackets || starts;
        if (inBrackets) return false;
        if (char.IsDigit(first)) return !(isFullStop && IsSplitDecimal());
        if (char.IsLower(first)) return StartsLikeAName();
        return HasOpening || first is '@' or '•' or '<';
    }

    // Null where the word before says nothing.
    private bool? Abbreviates(bool starts, char first)
    {
        ReadOnlySpan<char> word = Word;
        if (Inner.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word) && !(starts && IsEither(word))) return false;
        if (IsEither(word)) return starts;
        if (word.Length != 1 || !char.IsLetter(word[0])) return null;
        // A single letter: "J. Smith" and "S. aureus" go on, "vitamin D. The" and "group B. In" do not.
        if (!char.IsUpper(first)) return false;
        return starts || !char.IsUpper(word[0]) || !IsNamePart(_before[..^1].TrimEnd());
    }

    private static bool IsEither(ReadOnlySpan<char> word) => Either.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    // An initial stands behind another name or another initial, or behind "by" and "and".
    private bool IsNamePart(ReadOnlySpan<char> before)
    {
        ReadOnlySpan<char> name = NextWord;
        if (name.Length == 1 && _rest.Length > 1 && _rest[1] == '.') return true; // another initial
        if (name.Length < 3 || !char.IsLower(name[1])) return false;
        before = before[Math.Max(0, before.Length - LongestWord)..];
        int cut = before.LastIndexOfAny([' ', '\t', '\n']);
        ReadOnlySpan<char> previous = before[(cut + 1)..];
        return previous.IsEmpty || previous is "by" or "and" or "of" or "et" || (previous.Length == 2 && char.IsUpper(previous[0]) && previous[1] == '.');
    }

    // "P = 0. 05": a decimal with a space that does not belong there.
    private bool IsSplitDecimal() => Word is "0" or "<0" or "=0" or ">0";

    // Sentences in small letters begin with what is always written so: mRNA, p53, β-blockers, t-tests.
    private bool StartsLikeAName()
    {
        ReadOnlySpan<char> name = NextWord;
        if (name[0] is >= 'α' and <= 'ω' || name.StartsWith("t-test", StringComparison.Ordinal)) return true;
        if (Word.Length <= 3 && Word.IndexOfAnyExceptInRange('a', 'z') < 0) return false; // "mg. kg"
        int small = name.IndexOfAnyExceptInRange('a', 'z');
        return small > 0 && (char.IsUpper(name[small]) || char.IsDigit(name[small]) || (name[small] == '-' && small + 1 < name.Length && char.IsUpper(name[small + 1])));
    }
}
