using RctOnnx.Runtime;

namespace RctOnnx.Cli.Rows;

/// <summary>Rows of questions with their answers.</summary>
internal static class AnsweredRows
{
    /// <summary>Answers to all rows in their order, asked in chunks.</summary>
    /// <param name="rows">Read once.</param>
    /// <param name="chunkRows">Rows of a chunk: enough for full batches of equal length, few enough that memory stays small and a stop is quick.</param>
    /// <param name="ask">Answers a chunk.</param>
    /// <param name="placeOf">File and line of a row.</param>
    /// <exception cref="DataException">A row is too long; names its place.</exception>
    public static IEnumerable<(TRow Row, TAnswer Answer)> Of<TRow, TAnswer>(IEnumerable<TRow> rows, int chunkRows, Func<TRow[], IReadOnlyList<TAnswer>> ask, Func<TRow, string> placeOf)
    {
        foreach (TRow[] chunk in rows.Chunk(chunkRows))
        {
            IReadOnlyList<TAnswer> answers = Ask(chunk, ask, placeOf);
            for (int i = 0; i < chunk.Length; i++) yield return (chunk[i], answers[i]);
        }
    }

    private static IReadOnlyList<TAnswer> Ask<TRow, TAnswer>(TRow[] chunk, Func<TRow[], IReadOnlyList<TAnswer>> ask, Func<TRow, string> placeOf)
    {
        try
        {
            return ask(chunk);
        }
        catch (TextTooLongException e) when (e.Index is { } index)
        {
            throw new DataException($"{placeOf(chunk[index])}: the row {e.Fault}", e);
        }
    }
}
