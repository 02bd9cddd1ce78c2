using System.Text.Json;

namespace RctOnnx.Data;

/// <summary>Reads questions with their contexts out of JSONL, row by row, in constant memory.</summary>
public static class QuestionDataset
{
    /// <summary>The questions of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Names of the properties.</param>
    /// <param name="needsAnswers">Whether every row must say what the answer is, if only that there is none.</param>
    /// <exception cref="DataException">The file is missing or empty, or a row is broken, lacks a property, or has an answer that does not stand where it says.</exception>
    public static IEnumerable<QuestionRow> Read(string path, QuestionColumns? columns = null, bool needsAnswers = true) => Read(DataSource.File(path), columns ?? new QuestionColumns(), needsAnswers);

    /// <summary>The questions of a stream, which is read once and closed at the end. Parameters as in <see cref="Read(string, QuestionColumns?, bool)"/>.</summary>
    public static IEnumerable<QuestionRow> Read(Stream stream, string name, QuestionColumns? columns = null, bool needsAnswers = true) => Read(new DataSource(name, () => stream), columns ?? new QuestionColumns(), needsAnswers);

    private static IEnumerable<QuestionRow> Read(DataSource source, QuestionColumns columns, bool needsAnswers) => JsonLines.Read(source, (row, line) =>
    {
        string context = JsonLines.Text(row, columns.Context);
        return new QuestionRow(JsonLines.Text(row, columns.Question), context, Answers(row, columns, context, needsAnswers), source.Name, line);
    });

    private static IReadOnlyList<GoldAnswer>? Answers(JsonElement row, QuestionColumns columns, string context, bool needed)
    {
        if (!needed) return null;
        JsonElement value = JsonLines.Property(row, columns.Answer);
        bool isObject = value.ValueKind == JsonValueKind.Object;
        IReadOnlyList<JsonElement> texts = JsonLines.Items(isObject ? JsonLines.Property(value, "text") : value);
        if (texts.Count == 0) return [];
        IReadOnlyList<JsonElement> starts = JsonLines.Items(isObject ? JsonLines.Property(value, "answer_start") : JsonLines.Property(row, columns.Start));
        if (texts.Count != starts.Count) throw new JsonException($"there are {texts.Count} answers and {starts.Count} starts, expected as many");
        return [.. texts.Zip(starts, (text, start) => Checked(context, text, start))];
    }

    private static GoldAnswer Checked(string context, JsonElement text, JsonElement start)
    {
        if (text.ValueKind != JsonValueKind.String || text.GetString() is not { Length: > 0 } answer) throw new JsonException($"an answer is {text.GetRawText()}, expected a text that is not empty; null or an empty list where there is none");
        if (start.ValueKind != JsonValueKind.Number || !start.TryGetInt32(out int point) || point < 0) throw new JsonException($"a start is {start.GetRawText()}, expected a whole number from 0");
        int unit = UnitOf(context, point);
        if (unit < 0 || !context.AsSpan(unit).StartsWith(answer, StringComparison.Ordinal))
            throw new JsonException($"the answer \"{answer}\" does not stand at code point {point} of the context{(unit < 0 ? ", which is shorter" : $", where \"{context.AsSpan(unit, Math.Min(answer.Length, context.Length - unit))}\" stands")}");
        return new GoldAnswer(answer, point);
    }

    // The UTF-16 unit of a code point; -1 behind the text.
    private static int UnitOf(string text, int point)
    {
        int unit = 0;
        for (int left = point; left > 0 && unit < text.Length; left--) unit += unit + 1 < text.Length && char.IsSurrogatePair(text[unit], text[unit + 1]) ? 2 : 1;
        return unit < text.Length ? unit : -1;
    }
}
