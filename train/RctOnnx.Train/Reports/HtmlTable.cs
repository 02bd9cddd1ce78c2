using System.Net;
using System.Text;

namespace RctOnnx.Train.Reports;

/// <summary>Pieces of a page; every text is escaped here and nowhere else.</summary>
internal static class HtmlTable
{
    /// <summary>Text that a browser shows as it is, in elements and in quoted attributes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)));

    /// <summary>A table that scrolls sideways by itself; the first column is a heading, the others are numbers.</summary>
    /// <param name="header">Headings of the columns; none for no heading line.</param>
    /// <param name="rows">Cells.</param>
    /// <param name="isText">Whether the other columns are texts, which stand to the left and may break.</param>
    public static string Of(IEnumerable<string> header, IEnumerable<IEnumerable<string>> rows, bool isText = false)
    {
        StringBuilder html = new($"<div class=\"scroll\"><table{(isText ? " class=\"text\"" : "")}>\n");
        string heads = string.Concat(header.Select(cell => $"<th scope=\"col\">{Escape(cell)}</th>"));
        if (heads.Length > 0) html.Append($"<thead><tr>{heads}</tr></thead>\n");
        html.Append("<tbody>\n");
        foreach (IEnumerable<string> row in rows)
        {
            html.Append("<tr>");
            bool isFirst = true;
            foreach (string cell in row)
            {
                html.Append(isFirst ? $"<th scope=\"row\">{Escape(cell)}</th>" : $"<td>{Escape(cell)}</td>");
                isFirst = false;
            }
            html.Append("</tr>\n");
        }
        return html.Append("</tbody></table></div>\n").ToString();
    }

    /// <summary>A table of names and values; empty without lines.</summary>
    public static string Of(string title, IReadOnlyList<NamedValue> lines) => lines.Count == 0 ? "" :
        $"<h2>{Escape(title)}</h2>\n" + Of([], lines.Select(line => new[] { line.Name, line.Value }), isText: true);
}
