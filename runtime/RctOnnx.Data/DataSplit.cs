using System.Security.Cryptography;
using System.Text;

namespace RctOnnx.Data;

/// <summary>Rows divided into parts for training, choosing (dev) and the final figure (test).</summary>
/// <param name="Train">Rows to train on.</param>
/// <param name="Dev">Rows to choose by.</param>
/// <param name="Test">Rows for the final figure.</param>
public sealed record DataSplit(IReadOnlyList<TextRow> Train, IReadOnlyList<TextRow> Dev, IReadOnlyList<TextRow> Test)
{
    /// <summary>
    /// Divides rows by a seeded order in which rows with the same group stay together; a row without a group is grouped by its text, so
    /// that repeated texts never straddle two parts. Groups are dealt one after another to the part that lacks most of the labels they
    /// bring, which keeps the shares of the labels alike. Which part a group goes to does not depend on the order of the rows or on
    /// threads; each part keeps the order of the rows.
    /// </summary>
    /// <param name="rows">All rows.</param>
    /// <param name="devShare">Share of rows for dev, 0 to below 1.</param>
    /// <param name="testShare">Share of rows for test, 0 to below 1.</param>
    /// <param name="seed">Another seed gives another division.</param>
    /// <exception cref="SettingsException">The shares are negative or leave nothing for training.</exception>
    /// <exception cref="DataException">There are too few groups for a part that was asked for.</exception>
    public static DataSplit Stratified(IReadOnlyList<TextRow> rows, double devShare, double testShare, ulong seed)
    {
        if (!(devShare >= 0 && testShare >= 0 && devShare + testShare < 1))
            throw new SettingsException($"The split keeps {devShare} for dev and {testShare} for test; expected shares of 0 or more that leave something for training.");
        IReadOnlyList<TextRow>[] parts = Deal(rows, [1 - devShare - testShare, devShare, testShare], seed);
        return new DataSplit(parts[0], parts[1], parts[2]);
    }

    /// <summary>
    /// One of several divisions whose test parts are disjoint and together hold every row (k-fold cross-validation), dealt as by
    /// <see cref="Stratified"/>. Dev is taken from the rows that are not tested.
    /// </summary>
    /// <param name="rows">All rows.</param>
    /// <param name="folds">Divisions in all, two at least.</param>
    /// <param name="fold">Number of this one, from 1.</param>
    /// <param name="devShare">Share of all rows for dev, 0 to below (folds − 1) / folds.</param>
    /// <param name="seed">Another seed gives other divisions.</param>
    /// <exception cref="SettingsException">The numbers are out of their bounds.</exception>
    /// <exception cref="DataException">There are too few groups for so many folds.</exception>
    public static DataSplit Fold(IReadOnlyList<TextRow> rows, int folds, int fold, double devShare, ulong seed)
    {
        if (folds < 2 || fold < 1 || fold > folds) throw new SettingsException($"Fold {fold} of {folds} is asked for; expected two folds at least, numbered from 1.");
        double rest = 1 - (1.0 / folds);
        if (!(devShare >= 0 && devShare < rest)) throw new SettingsException($"A dev share of {devShare} beside {folds} folds leaves nothing for training; expected below {rest:0.##}.");
        IReadOnlyList<TextRow>[] parts = Deal(rows, [.. Enumerable.Repeat(1.0 / folds, folds)], seed);
        HashSet<TextRow> tested = [.. parts[fold - 1]];
        DataSplit others = Stratified([.. rows.Where(row => !tested.Contains(row))], devShare / rest, 0, seed);
        return others with { Test = parts[fold - 1] };
    }

    private static IReadOnlyList<TextRow>[] Deal(IReadOnlyList<TextRow> rows, double[] shares, ulong seed)
    {
        Dictionary<string, Dictionary<string, int>> groups = new(StringComparer.Ordinal);
        Dictionary<string, long> labelTotals = new(StringComparer.Ordinal);
        foreach (TextRow row in rows)
        {
            string key = KeyOf(row), label = row.Label ?? "";
            if (!groups.TryGetValue(key, out Dictionary<string, int>? counts)) groups[key] = counts = new(StringComparer.Ordinal);
            counts[label] = counts.GetValueOrDefault(label) + 1;
            labelTotals[label] = labelTotals.GetValueOrDefault(label) + 1;
        }

        Dictionary<string, double>[] lacking = [.. shares.Select(share => labelTotals.ToDictionary(pair => pair.Key, pair => pair.Value * share, StringComparer.Ordinal))];
        Dictionary<string, int> partOf = new(StringComparer.Ordinal);
        // Large groups first: a large one at the end could no longer be evened out.
        foreach (string key in groups.Keys.OrderByDescending(key => groups[key].Values.Sum()).ThenBy(key => OrderOf(key, seed), StringComparer.Ordinal))
        {
            int best = 0;
            double most = double.NegativeInfinity;
            for (int part = 0; part < shares.Length; part++)
            {
                if (shares[part] == 0) continue;
                double lack = groups[key].OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Sum(pair => pair.Value * lacking[part][pair.Key] / labelTotals[pair.Key]) / shares[part];
                if (lack <= most) continue;
                most = lack;
                best = part;
            }
            partOf[key] = best;
            foreach ((string label, int count) in groups[key]) lacking[best][label] -= count;
        }

        IReadOnlyList<TextRow>[] parts = [.. Enumerable.Range(0, shares.Length).Select(part => (IReadOnlyList<TextRow>)[.. rows.Where(row => partOf[KeyOf(row)] == part)])];
        for (int part = 0; part < shares.Length; part++)
            if (shares[part] > 0 && parts[part].Count == 0)
                throw new DataException($"{rows.Count} rows in {groups.Count} groups are too few to split into shares of {string.Join(", ", shares.Where(share => share > 0))}. Give more data or separate files.");
        return parts;
    }

    private static string KeyOf(TextRow row) => row.Group is { } group ? "g" + group : "t" + NormalText.Of(row);

    private static string OrderOf(string key, ulong seed) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{key}")));
}
