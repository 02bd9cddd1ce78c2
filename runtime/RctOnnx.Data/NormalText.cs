using System.Text;

namespace RctOnnx.Data;

/// <summary>The form in which two texts count as the same: lower case, every run of white space one space, none at the ends.</summary>
internal static class NormalText
{
    /// <summary>The normal form of a row's text and, for pairs, its second text.</summary>
    public static string Of(TextRow row) => row.Pair is null ? Of(row.Text) : Of(row.Text) + "\n" + Of(row.Pair);

    /// <summary>The normal form of one text.</summary>
    public static string Of(string text)
    {
        StringBuilder normal = new(text.Length);
        foreach (char c in text)
        {
            if (!char.IsWhiteSpace(c)) normal.Append(char.ToLowerInvariant(c));
            else if (normal.Length > 0 && normal[^1] != ' ') normal.Append(' ');
        }
        if (normal.Length > 0 && normal[^1] == ' ') normal.Length--;
        return normal.ToString();
    }
}
