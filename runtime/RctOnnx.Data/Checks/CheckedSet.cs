namespace RctOnnx.Data;

/// <summary>What a check found in one set of rows.</summary>
public sealed class CheckedSet
{
    private readonly SortedDictionary<int, long> _lengths = []; // rows of each length
    private readonly SortedDictionary<string, long> _labels = new(StringComparer.Ordinal);

    internal CheckedSet(string name) => Name = name;

    /// <summary>"train", "dev" or the like.</summary>
    public string Name { get; }

    /// <summary>Rows.</summary>
    public long RowCount { get; internal set; }

    /// <summary>Rows of each label.</summary>
    public IReadOnlyDictionary<string, long> Labels => _labels;

    /// <summary>Rows without a label.</summary>
    public long UnlabelledCount { get; internal set; }

    /// <summary>Rows whose text is empty or white space.</summary>
    public long EmptyCount { get; internal set; }

    /// <summary>Rows whose text begins and ends with a quotation mark.</summary>
    public long QuotedCount { get; internal set; }

    /// <summary>Rows whose text stood earlier in the same set.</summary>
    public long DuplicateCount { get; internal set; }

    /// <summary>Of those, rows with another label than the first.</summary>
    public long ConflictCount { get; internal set; }

    /// <summary>Rows longer than the limit.</summary>
    public long TruncatedCount { get; internal set; }

    /// <summary>Length below which a share of the rows lies, in the unit of the check; 0 without rows.</summary>
    /// <param name="share">0 to 1; 1 is the longest.</param>
    public int LengthAt(double share)
    {
        long wanted = Math.Clamp((long)Math.Ceiling(share * RowCount), 1, Math.Max(1, RowCount)), passed = 0;
        foreach ((int length, long count) in _lengths)
            if ((passed += count) >= wanted) return length;
        return 0;
    }

    internal void Add(string? label, int length, int? limit)
    {
        RowCount++;
        _lengths[length] = _lengths.GetValueOrDefault(length) + 1;
        if (length > limit) TruncatedCount++;
        if (string.IsNullOrWhiteSpace(label)) UnlabelledCount++;
        else _labels[label] = _labels.GetValueOrDefault(label) + 1;
    }
}
