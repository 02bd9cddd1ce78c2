using System.Globalization;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Labels as pictures can show them.</summary>
/// <param name="Family">Font family to draw them with.</param>
/// <param name="Texts">Texts by class index.</param>
internal sealed record PictureLabels(string Family, IReadOnlyList<string> Texts)
{
    private const int LongestText = 26;

    /// <summary>
    /// One line each, long ones cut in their middle, where endings that differ stay visible; a label that no font here can show
    /// becomes its number, under which the tables of the page name it.
    /// </summary>
    public static PictureLabels Of(IReadOnlyList<string> labels)
    {
        string[] lines = [.. labels.Select(label => OneLine(label))];
        string family = ReportFont.FamilyFor(string.Concat(lines));
        return new PictureLabels(family, [.. lines.Select((line, i) => line.Length > 0 && ReportFont.Shows(family, line) ? line : $"label {i}")]);
    }

    private static string OneLine(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        StringInfo elements = new(string.Concat(line.Where(c => !char.IsControl(c))));
        if (elements.LengthInTextElements <= LongestText) return elements.String;
        int head = LongestText / 2, tail = LongestText - head - 1;
        return elements.SubstringByTextElements(0, head).TrimEnd() + "…" + elements.SubstringByTextElements(elements.LengthInTextElements - tail).TrimStart();
    }
}
