using System.Text.Json;

namespace RctOnnx.Data;

/// <summary>Reads prompts with their choices out of JSONL, row by row, in constant memory.</summary>
public static class ChoiceDataset
{
    private const int FewestChoices = 2;

    /// <summary>The rows of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Names of the properties.</param>
    /// <param name="needsLabels">Whether every row must say which choice is right.</param>
    /// <exception cref="DataException">The file is missing or empty, or a row is broken, lacks a property, has fewer than two choices or a label that is none of them.</exception>
    public static IEnumerable<ChoiceRow> Read(string path, ChoiceColumns? columns = null, bool needsLabels = true) => Read(DataSource.File(path), columns ?? new ChoiceColumns(), needsLabels);

    /// <summary>The rows of a stream, which is read once and closed at the end. Parameters as in <see cref="Read(string, ChoiceColumns?, bool)"/>.</summary>
    public static IEnumerable<ChoiceRow> Read(Stream stream, string name, ChoiceColumns? columns = null, bool needsLabels = true) => Read(new DataSource(name, () => stream), columns ?? new ChoiceColumns(), needsLabels);

    private static IEnumerable<ChoiceRow> Read(DataSource source, ChoiceColumns columns, bool needsLabels) => JsonLines.Read(source, (row, line) =>
    {
        JsonElement list = JsonLines.Property(row, columns.Choices);
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() < FewestChoices || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw new JsonException($"'{columns.Choices}' is {list.GetRawText()}, expected a list of {FewestChoices} texts at least");
        string[] choices = [.. list.EnumerateArray().Select(item => item.GetString()!)];
        return new ChoiceRow(JsonLines.Text(row, columns.Prompt), choices, Label(row, columns, choices.Length, needsLabels), source.Name, line);
    });

    private static int? Label(JsonElement row, ChoiceColumns columns, int count, bool needed)
    {
        if (!needed) return null; // test sets without labels often say -1
        JsonElement value = JsonLines.Property(row, columns.Label);
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int label) && label >= 0 && label < count
            ? label
            : throw new JsonException($"'{columns.Label}' is {value.GetRawText()}, expected the place of the right choice, 0 to {count - 1}");
    }
}
