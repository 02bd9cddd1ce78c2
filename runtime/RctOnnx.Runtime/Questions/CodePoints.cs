namespace RctOnnx.Runtime;

/// <summary>Places in a text counted in Unicode code points, as other languages and data files count them, and in UTF-16 units, as .NET does.</summary>
/// <param name="text">The text; a lone surrogate is a code point.</param>
public readonly struct CodePoints(string text)
{
    private readonly string _text = text;

    /// <summary>The UTF-16 unit at which a code point begins; the length of the text for the place behind its last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The text has fewer code points.</exception>
    public int UnitOf(int point)
    {
        int unit = 0;
        for (int left = point; left > 0; left--)
        {
            if (unit >= _text.Length) throw new ArgumentOutOfRangeException(nameof(point), point, "The text has fewer code points.");
            unit += IsPair(unit) ? 2 : 1;
        }
        return unit;
    }

    /// <summary>How many code points begin before a UTF-16 unit.</summary>
    public int PointOf(int unit)
    {
        int point = 0;
        for (int at = 0; at < unit; point++) at += IsPair(at) ? 2 : 1;
        return point;
    }

    private bool IsPair(int unit) => unit + 1 < _text.Length && char.IsSurrogatePair(_text[unit], _text[unit + 1]);
}
