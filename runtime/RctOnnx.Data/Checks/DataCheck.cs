using System.Runtime.InteropServices;

namespace RctOnnx.Data;

/// <summary>
/// Looks through data before it is trained on. Rows are streamed; of each different text a hash and a place are kept
/// (<see cref="SeenTexts"/>). Texts are compared by their letters in lower case with white space evened out.
/// </summary>
/// <param name="lengthOf">The length that counts, for example in tokens.</param>
/// <param name="limit">The longest row that is not cut, or null.</param>
public sealed class DataCheck(Func<TextRow, int> lengthOf, int? limit)
{
    private const int ExampleCount = 5, ListedFaults = 20;

    private readonly SeenTexts _seen = new();
    private readonly Dictionary<(int From, int To), (long Count, List<string> Examples)> _leaks = [];
    private readonly List<CheckedSet> _sets = [];
    private readonly List<string> _errors = [];
    private long _errorCount;
    private bool _isSilent;

    /// <summary>Reads a set: training data first, so that what other sets share with it is a leak. A file that cannot be read any further is an error; the check goes on with the next.</summary>
    /// <param name="name">"train", "dev" or the like.</param>
    /// <param name="files">The rows of each file.</param>
    /// <param name="onRow">Called after each row, for progress.</param>
    public void Add(string name, IEnumerable<IEnumerable<TextRow>> files, Action? onRow = null)
    {
        CheckedSet set = new(name);
        _sets.Add(set);
        foreach (TextRow row in files.SelectMany(UpToFault))
        {
            Add(set, row);
            onRow?.Invoke();
        }
    }

    /// <summary>
    /// Reads files that a training would split (<see cref="DataSplit.Stratified"/>) and adds the parts as train, dev and test; a part
    /// of share 0 is left out. Rows that cannot be split are added as train.
    /// </summary>
    /// <param name="files">The rows of each file; they are enumerated once for the split and once for every part.</param>
    /// <param name="devShare">Share for dev.</param>
    /// <param name="testShare">Share for test.</param>
    /// <param name="seed">Of the split.</param>
    /// <param name="onRow">Called after each row of the first reading, for progress.</param>
    /// <exception cref="SettingsException">The shares are negative or leave nothing for training.</exception>
    public void AddSplit(IEnumerable<IEnumerable<TextRow>> files, double devShare, double testShare, ulong seed, Action? onRow = null)
    {
        IEnumerable<TextRow> rows = files.SelectMany(UpToFault);
        long count = 0;
        DataSplit? split = null;
        try
        {
            split = DataSplit.Stratified(rows.Select(Counted), devShare, testShare, seed);
        }
        catch (DataException e)
        {
            if (count > 0) Refuse(e); // without rows the files have said why
        }
        _isSilent = true; // what is wrong with the files was said in the first reading
        Add("train", [split?.Train ?? rows]);
        if (devShare > 0) Add("dev", [split?.Dev ?? []]);
        if (testShare > 0) Add("test", [split?.Test ?? []]);
        _isSilent = false;

        TextRow Counted(TextRow row)
        {
            if (_isSilent) return row;
            count++;
            onRow?.Invoke();
            return row;
        }
    }

    /// <summary>Takes a row that breaks its format (<see cref="TextDataset.Read(string, DataFormat?, ColumnNames?, Action{DataException})"/>); the first twenty faults are listed, the rest counted.</summary>
    public void Refuse(DataException fault)
    {
        if (_isSilent) return;
        if (_errors.Count < ListedFaults) _errors.Add(fault.Message);
        _errorCount++;
    }

    /// <summary>What was found; the first set is the one that is trained on.</summary>
    public DataCheckResult Finish()
    {
        List<string> errors = [.. _errors], warnings = [];
        if (_errorCount > _errors.Count) errors.Add($"{_errorCount - _errors.Count:N0} more faults like these.");
        if (_sets.Count > 0 && _sets[0].Labels.Count < 2 && _errorCount == 0)
            errors.Add($"{_sets[0].Name}: {(_sets[0].Labels.Count == 0 ? "no row has a label" : $"all rows have the label '{_sets[0].Labels.Keys.First()}'")}; a classifier needs two labels at least.");
        foreach (CheckedSet set in _sets)
        {
            if (set.UnlabelledCount > 0) errors.Add($"{set.Name}: {set.UnlabelledCount} rows have no label.");
            foreach ((string label, long count) in set.Labels.Where(pair => !_sets[0].Labels.ContainsKey(pair.Key)))
                errors.Add($"{set.Name}: the label '{label}' ({count} rows) is not in {_sets[0].Name}, which has {string.Join(", ", _sets[0].Labels.Keys)}.");
            if (set.EmptyCount > 0) warnings.Add($"{set.Name}: {set.EmptyCount} texts are empty.");
            if (set.QuotedCount * 100 > set.RowCount) warnings.Add($"{set.Name}: {set.QuotedCount} texts begin and end with a quotation mark, as cells of quoted tables do; if the file is quoted so, name its format tabs or csv.");
            if (set.ConflictCount > 0) warnings.Add($"{set.Name}: {set.ConflictCount} rows repeat an earlier text with another label.");
            if (set.DuplicateCount > set.ConflictCount) warnings.Add($"{set.Name}: {set.DuplicateCount - set.ConflictCount} rows repeat an earlier row.");
            if (limit is not null && set.TruncatedCount * 20 > set.RowCount) warnings.Add($"{set.Name}: {(double)set.TruncatedCount / set.RowCount:P1} of the rows are cut at {limit}; raise the limit or use windows.");
        }
        DataLeak[] leaks = [.. _leaks.OrderBy(pair => pair.Key).Select(pair => new DataLeak(_sets[pair.Key.From].Name, _sets[pair.Key.To].Name, pair.Value.Count, pair.Value.Examples))];
        warnings.AddRange(leaks.Select(leak => $"LEAK: {leak.RowCount} rows of {leak.To} have a text that stands in {leak.From}: {string.Join("; ", leak.Examples)}{(leak.RowCount > leak.Examples.Count ? "; …" : "")}"));
        return new DataCheckResult(_sets, leaks, errors, warnings);
    }

    // The rows of a file until it cannot be read any further.
    private IEnumerable<TextRow> UpToFault(IEnumerable<TextRow> file)
    {
        using IEnumerator<TextRow> rows = file.GetEnumerator();
        while (Next()) yield return rows.Current;

        bool Next()
        {
            try
            {
                return rows.MoveNext();
            }
            catch (DataException e)
            {
                Refuse(e);
                return false;
            }
        }
    }

    private void Add(CheckedSet set, TextRow row)
    {
        set.Add(row.Label, lengthOf(row), limit);
        if (string.IsNullOrWhiteSpace(row.Text))
        {
            set.EmptyCount++;
            return; // empty texts are equal, but no sign of a copy
        }
        if (row.Text is ['"', _, .., '"']) set.QuotedCount++;
        int index = _sets.Count - 1;
        if (_seen.Add(row, index) is not { } first) return;
        if (first.Set == index)
        {
            set.DuplicateCount++;
            if (!first.IsSameLabel) set.ConflictCount++;
            return;
        }
        ref (long Count, List<string> Examples) leak = ref CollectionsMarshal.GetValueRefOrAddDefault(_leaks, (first.Set, index), out bool exists);
        if (!exists) leak.Examples = [];
        leak.Count++;
        if (leak.Examples.Count < ExampleCount) leak.Examples.Add($"{first.Place} = {row.Place}");
    }
}
