using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;
using RctOnnx.Train.Evaluation;

namespace RctOnnx.Train.Reports;

/// <summary>All mistakes of a run as a table for other programs.</summary>
internal static class MistakeTable
{
    /// <summary>Tab separated, with a heading: set, row, label, answer, probability, tokens, text, pair.</summary>
    /// <param name="sets">Name and mistakes of every set.</param>
    /// <param name="labels">Labels by index.</param>
    public static string Of(IEnumerable<(string Name, IReadOnlyList<Mistake> Mistakes)> sets, IReadOnlyList<string> labels)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        using CsvWriter csv = new(text, new CsvConfiguration(CultureInfo.InvariantCulture) { Delimiter = "\t", NewLine = "\n" });
        foreach (string heading in (string[])["set", "row", "label", "answer", "probability", "tokens", "text", "pair"]) csv.WriteField(heading);
        csv.NextRecord();
        foreach ((string name, IReadOnlyList<Mistake> mistakes) in sets)
            foreach (Mistake one in mistakes)
            {
                csv.WriteField(name);
                csv.WriteField(one.Row);
                csv.WriteField(labels[one.Truth]);
                csv.WriteField(labels[one.Answer]);
                csv.WriteField(one.Probability.ToString("F4", CultureInfo.InvariantCulture));
                csv.WriteField(one.Tokens);
                csv.WriteField(one.Text);
                csv.WriteField(one.Pair);
                csv.NextRecord();
            }
        csv.Flush();
        return text.ToString();
    }
}
