namespace RctOnnx.Data;

/// <summary>The labels of a task in a fixed order: the index of a label is its class index. Immutable.</summary>
public sealed class LabelSet
{
    /// <summary>Stands between the labels of a row that has several.</summary>
    public const char Separator = '|';

    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    /// <summary>Labels in the given order.</summary>
    /// <exception cref="DataException">A label is empty or there twice, or there are none.</exception>
    public LabelSet(IEnumerable<string> names)
    {
        Names = [.. names];
        if (Names.Count == 0) throw new DataException("There are no labels; expected at least one.");
        for (int i = 0; i < Names.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(Names[i])) throw new DataException($"Label {i} is empty; every label needs a name.");
            if (!_indices.TryAdd(Names[i], i)) throw new DataException($"The label '{Names[i]}' is there twice; labels must differ.");
        }
    }

    /// <summary>Labels by class index.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The labels of training rows, so that the order of the rows does not matter: by value where all are numbers, as scores are, so that kappa and
    /// the confusion matrix have them in their order; else in ordinal order.
    /// </summary>
    /// <exception cref="DataException">A row has no label.</exception>
    public static LabelSet Of(IEnumerable<TextRow> rows)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (TextRow row in rows) names.Add(LabelOf(row));
        return new LabelSet(names.All(name => RowValue.Find(name) is not null) ? ByValue(names) : names);
    }

    /// <summary>The labels of training rows that have any number of them, in ordinal order.</summary>
    /// <exception cref="DataException">No row has a label.</exception>
    public static LabelSet OfSets(IEnumerable<TextRow> rows) => new(new SortedSet<string>(rows.SelectMany(SplitOf), StringComparer.Ordinal));

    /// <summary>The labels of training rows by their values as numbers, smallest first.</summary>
    /// <exception cref="DataException">A row has no label or one that is no number.</exception>
    public static LabelSet OfNumbers(IEnumerable<TextRow> rows)
    {
        HashSet<string> names = [];
        foreach (TextRow row in rows)
        {
            if (names.Add(LabelOf(row))) _ = RowValue.Of(row);
        }
        return new LabelSet(ByValue(names));
    }

    /// <summary>Whether the label is known.</summary>
    public bool Contains(string label) => _indices.ContainsKey(label);

    /// <summary>The class index of a row's label.</summary>
    /// <exception cref="DataException">The row has no label or one that is not known; names the file and the line.</exception>
    public int IndexOf(TextRow row)
    {
        string label = LabelOf(row);
        return _indices.TryGetValue(label, out int index)
            ? index
            : throw new DataException($"{row.Place}: the label '{label}' is not known; known are {string.Join(", ", Names)}. Mend the row or train with this label.");
    }

    /// <summary>1 for each label of a row and 0 for the others, by index; a row may have none.</summary>
    /// <exception cref="DataException">The row has a label that is not known; names the file and the line.</exception>
    public int[] FlagsOf(TextRow row)
    {
        int[] flags = new int[Names.Count];
        foreach (string label in SplitOf(row)) flags[IndexOf(row with { Label = label })] = 1;
        return flags;
    }

    private static IEnumerable<string> ByValue(IEnumerable<string> names) => names.OrderBy(name => RowValue.Find(name)).ThenBy(name => name, StringComparer.Ordinal);

    private static string[] SplitOf(TextRow row) =>
        (row.Label ?? "").Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string LabelOf(TextRow row) => string.IsNullOrWhiteSpace(row.Label)
        ? throw new DataException($"{row.Place}: there is no label; expected one in every row.")
        : row.Label;
}
