using System.Text.Json;

namespace RctOnnx.Data;

/// <summary>One JSON object a line. A label is a text, a number, or a list of texts.</summary>
internal static class JsonlReader
{
    public static IEnumerable<TextRow> Read(DataSource source, ColumnNames names, Action<DataException> refuse)
    {
        foreach ((long number, string line) in Utf8Lines.Read(source))
            if (!string.IsNullOrWhiteSpace(line) && Row(source.Name, number, line, names, refuse) is { } row) yield return row;
    }

    private static TextRow? Row(string path, long number, string line, ColumnNames names, Action<DataException> refuse)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new DataException($"'{path}', line {number}: expected a JSON object, found {root.ValueKind}.");
            return new TextRow
            {
                Text = Value(names.Text)!,
                Label = names.Flags is { } flags ? string.Join(LabelSet.Separator, flags.Where(IsSet)) : Value(names.Label),
                Pair = Value(names.Pair),
                Group = Value(names.Group),
                Source = path,
                Line = number,
            };

            bool IsSet(string name) => Value(name) switch
            {
                "1" or "true" => true,
                "0" or "false" => false,
                string other => throw new DataException($"'{path}', line {number}: '{name}' is '{other}', expected 0 or 1."),
                null => false,
            };

            string? Value(string? name)
            {
                if (name is null) return null;
                if (root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Null)
                    throw new DataException($"'{path}', line {number}: '{name}' is null, expected a text, a number or a list of texts. Mend the row.");
                if (value.ValueKind == JsonValueKind.Undefined)
                    throw new DataException($"'{path}', line {number}: no property '{name}'; there are {string.Join(", ", root.EnumerateObject().Select(property => $"'{property.Name}'"))}. Name the right one.");
                return value.ValueKind switch
                {
                    JsonValueKind.String => value.GetString(),
                    JsonValueKind.Array => string.Join(LabelSet.Separator, value.EnumerateArray().Select(item => item.GetString())),
                    JsonValueKind.Object => throw new DataException($"'{path}', line {number}: '{name}' is an object; expected a text, a number or a list of texts."),
                    _ => value.GetRawText(),
                };
            }
        }
        catch (DataException e)
        {
            refuse(e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            refuse(new DataException($"'{path}', line {number}: not valid JSON ({e.Message})", e));
        }
        return null;
    }
}
