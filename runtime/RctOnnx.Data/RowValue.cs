using System.Globalization;

namespace RctOnnx.Data;

/// <summary>The number that a row has for a label.</summary>
public static class RowValue
{
    /// <exception cref="DataException">The label is no finite number; names the file and the line.</exception>
    public static double Of(TextRow row) => Find(row.Label)
        ?? throw new DataException($"{row.Place}: the label '{row.Label}' is no number; the model answers values. Mend the row, or choose another problem.");

    /// <summary>The number that a label is, or null where it is no finite one.</summary>
    public static double? Find(string? label) =>
        double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;
}
