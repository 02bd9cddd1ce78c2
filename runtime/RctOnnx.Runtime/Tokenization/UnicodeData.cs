using System.Collections.Frozen;
using System.Globalization;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>
/// The parts of the Unicode database that .NET does not carry in the reference's version. Read at the first character beyond ASCII, so that a
/// program that meets none starts sooner.
/// </summary>
internal static class UnicodeData
{
    /// <summary>Canonical decompositions without nonspacing marks, by code point.</summary>
    public static readonly FrozenDictionary<int, int[]> Decompositions;

    /// <summary>Lower case of one character, which can be two.</summary>
    public static readonly FrozenDictionary<int, int[]> LowerCase;

    /// <summary>Combining classes of characters that are no nonspacing marks.</summary>
    public static readonly FrozenDictionary<int, byte> OrderedMarks;

    /// <summary>Nonspacing marks of combining class 0.</summary>
    public static readonly FrozenSet<int> MarkStarters;

    /// <summary>Characters younger than the reference's tables.</summary>
    public static readonly FrozenSet<int> Young;

    static UnicodeData()
    {
        Dictionary<int, int[]> decompositions = [], lower = [];
        Dictionary<int, byte> marks = [];
        List<int> starters = [], young = [];
        using Stream stream = typeof(UnicodeData).Assembly.GetManifestResourceStream("unicode.txt")!;
        using StreamReader reader = new(stream);
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            switch (fields[0])
            {
                case "D":
                    decompositions.Add(Hex(fields[1]), [.. fields[2..].Select(Hex)]);
                    break;
                case "L":
                    lower.Add(Hex(fields[1]), [.. fields[2..].Select(Hex)]);
                    break;
                case "O":
                    marks.Add(Hex(fields[1]), byte.Parse(fields[2], CultureInfo.InvariantCulture));
                    break;
                case "S":
                    AddRange(starters, fields[1]);
                    break;
                case "N":
                    AddRange(young, fields[1]);
                    break;
            }
        }
        (Decompositions, LowerCase, OrderedMarks) = (decompositions.ToFrozenDictionary(), lower.ToFrozenDictionary(), marks.ToFrozenDictionary());
        (MarkStarters, Young) = (starters.ToFrozenSet(), young.ToFrozenSet());

        static void AddRange(List<int> list, string range)
        {
            int[] ends = [.. range.Split('-').Select(Hex)];
            list.AddRange(Enumerable.Range(ends[0], ends[1] - ends[0] + 1));
        }

        static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
