namespace RctOnnx.Data;

/// <summary>
/// Rows divided into parts for training, choosing (dev) and the final figure (test). A part is read from the rows again whenever it is enumerated:
/// of each row only the number of its part is kept.
/// </summary>
public sealed class DataSplit
{
    private const byte TrainPart = 0, DevPart = 1, TestPart = 2;

    private readonly IEnumerable<TextRow> _rows;
    private readonly byte[] _partOf;

    private DataSplit(IEnumerable<TextRow> rows, byte[] partOf) => (_rows, _partOf) = (rows, partOf);

    /// <summary>Rows to train on.</summary>
    public IEnumerable<TextRow> Train => Part(TrainPart);

    /// <summary>Rows to choose by.</summary>
    public IEnumerable<TextRow> Dev => Part(DevPart);

    /// <summary>Rows for the final figure.</summary>
    public IEnumerable<TextRow> Test => Part(TestPart);

    /// <summary>
    /// Divides rows by a seeded order in which rows with the same group stay together; a row without a group is grouped by its text, so
    /// that repeated texts never straddle two parts. Groups are dealt one after another, the largest first, to the part that lacks most of the labels they
    /// bring, which keeps the shares of the labels alike. Which part a group goes to does not depend on the order of the rows or on
    /// threads; each part keeps the order of the rows.
    /// </summary>
    /// <param name="rows">All rows; they are enumerated here once, and again with every part.</param>
    /// <param name="devShare">Share of rows for dev, 0 to below 1.</param>
    /// <param name="testShare">Share of rows for test, 0 to below 1.</param>
    /// <param name="seed">Another seed gives another division.</param>
    /// <exception cref="SettingsException">The shares are negative or leave nothing for training.</exception>
    /// <exception cref="DataException">There are too few groups for a part that was asked for.</exception>
    public static DataSplit Stratified(IEnumerable<TextRow> rows, double devShare, double testShare, ulong seed)
    {
        if (!(devShare >= 0 && testShare >= 0 && devShare + testShare < 1))
            throw new SettingsException($"The split keeps {devShare} for dev and {testShare} for test; expected shares of 0 or more that leave something for training.");
        return new DataSplit(rows, Array.ConvertAll(RowDeal.Deal(rows, [1 - devShare - testShare, devShare, testShare], seed), part => (byte)part));
    }

    /// <summary>
    /// One of several divisions whose test parts are disjoint and together hold every row (k-fold cross-validation), dealt as by
    /// <see cref="Stratified"/>. Dev is taken from the rows that are not tested.
    /// </summary>
    /// <param name="rows">All rows; they are enumerated here twice, and again with every part.</param>
    /// <param name="folds">Divisions in all, two at least.</param>
    /// <param name="fold">Number of this one, from 1.</param>
    /// <param name="devShare">Share of all rows for dev, 0 to below (folds − 1) / folds.</param>
    /// <param name="seed">Another seed gives other divisions.</param>
    /// <exception cref="SettingsException">The numbers are out of their bounds.</exception>
    /// <exception cref="DataException">There are too few groups for so many folds.</exception>
    public static DataSplit Fold(IEnumerable<TextRow> rows, int folds, int fold, double devShare, ulong seed)
    {
        if (folds < 2 || fold < 1 || fold > folds) throw new SettingsException($"Fold {fold} of {folds} is asked for; expected two folds at least, numbered from 1.");
        double rest = 1 - (1.0 / folds);
        if (!(devShare >= 0 && devShare < rest)) throw new SettingsException($"A dev share of {devShare} beside {folds} folds leaves nothing for training; expected below {rest:0.##}.");
        byte[] partOf = Array.ConvertAll(RowDeal.Deal(rows, [.. Enumerable.Repeat(1.0 / folds, folds)], seed), part => part == fold - 1 ? TestPart : TrainPart);
        DataSplit others = Stratified(new DataSplit(rows, partOf).Train, devShare / rest, 0, seed);
        for (int row = 0, other = 0; row < partOf.Length; row++)
            if (partOf[row] == TrainPart) partOf[row] = others._partOf[other++];
        return new DataSplit(rows, partOf);
    }

    private IEnumerable<TextRow> Part(byte part)
    {
        int number = 0;
        foreach (TextRow row in _rows)
        {
            if (number < _partOf.Length && _partOf[number] == part) yield return row;
            number++;
        }
        if (number != _partOf.Length)
            throw new DataException($"The data was split when it had {_partOf.Length:N0} rows, and has {number:N0} now. Leave the files as they are while they are read, and start anew.");
    }
}
