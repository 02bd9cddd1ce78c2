using RctOnnx.Data;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Rows;

/// <summary>Some rows with their answers.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Answers">An answer a row.</param>
/// <param name="Position">Bytes of the input read so far, 0 where its size is not known.</param>
/// <param name="Tasks">Of every task an answer a row, where they are asked for; then <paramref name="Answers"/> are those of the first.</param>
internal sealed record RowAnswers(IReadOnlyList<TextRow> Rows, IReadOnlyList<Classification> Answers, long Position, IReadOnlyList<IReadOnlyDictionary<string, Classification>>? Tasks = null)
{
    // Enough rows for full batches of equal length, few enough characters that memory stays small and a stop is quick.
    private const int ChunkRows = 2048;
    private const int ChunkCharacters = 1 << 18;

    /// <summary>Answers to all rows in their order. Rows are read ahead by one chunk on a thread of their own.</summary>
    /// <param name="classifier">Answers.</param>
    /// <param name="input">Read once.</param>
    /// <param name="token">Ends the work between batches, also while it waits for input.</param>
    /// <param name="check">Refuses a row before the model is asked about it.</param>
    /// <param name="allTasks">Whether every task of a file of several is asked, and not the chosen one alone.</param>
    /// <exception cref="DataException">A row breaks a rule or is too long; names the file and the line.</exception>
    public static IEnumerable<RowAnswers> Of(TextClassifier classifier, RowInput input, CancellationToken token, Action<TextRow>? check = null, bool allTasks = false)
    {
        ChunkBuffer<(IReadOnlyList<TextRow> Rows, long Position)> buffer = new(ChunkRows, ChunkCharacters, item => item.Rows.Sum(row => (long)row.Text.Length + (row.Pair?.Length ?? 0)));
        CancellationTokenSource stop = new();
        // A read that waits for standard input cannot be woken, so the thread must not keep the program alive or be waited for.
        new Thread(() => Fill(classifier, input, buffer, stop.Token)) { IsBackground = true, Name = "reader" }.Start();
        try
        {
            while (buffer.Take(token) is { } chunk)
            {
                TextRow[] rows = [.. chunk.SelectMany(item => item.Rows)];
                if (check is not null) Array.ForEach(rows, check);
                if (allTasks && classifier.Tasks.Count > 0)
                {
                    IReadOnlyList<IReadOnlyDictionary<string, Classification>> all = Ask(rows, texts => classifier.ClassifyTasks(texts, token), pairs => classifier.ClassifyTasks(pairs, token));
                    yield return new RowAnswers(rows, [.. all.Select(one => one[classifier.Tasks[0].Name])], chunk[^1].Position, all);
                    token.ThrowIfCancellationRequested();
                    continue;
                }
                IReadOnlyList<Classification> answers = classifier.ReadsDocuments ? ClassifyDocuments(classifier, [.. chunk.Select(item => item.Rows)], token) : Ask(rows, texts => classifier.Classify(texts, token), pairs => classifier.Classify(pairs, token));
                yield return new RowAnswers(rows, answers, chunk[^1].Position);
                token.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            stop.Cancel();
        }
    }

    private static IReadOnlyList<T> Ask<T>(TextRow[] rows, Func<IReadOnlyList<string>, IReadOnlyList<T>> texts, Func<IReadOnlyList<TextPair>, IReadOnlyList<T>> pairs)
    {
        try
        {
            return rows[0].Pair is null ? texts([.. rows.Select(row => row.Text)]) : pairs([.. rows.Select(row => new TextPair(row.Text, row.Pair!))]);
        }
        catch (TextTooLongException e) when (e.Index is { } index)
        {
            throw new DataException($"{rows[index].Place}: the text {e.Fault}", e);
        }
    }

    private static IReadOnlyList<Classification> ClassifyDocuments(TextClassifier classifier, IReadOnlyList<TextRow>[] documents, CancellationToken token)
    {
        try
        {
            return [.. classifier.ClassifyDocuments([.. documents.Select(rows => (IReadOnlyList<string>)[.. rows.Select(row => row.Text)])], token).SelectMany(answer => answer.Sentences)];
        }
        catch (TextTooLongException e) when (e.Index is { } index)
        {
            throw new DataException($"'{documents[index][0].Source}', line {documents[index][0].Line}: the document {e.Fault}", e);
        }
    }

    // The rows of a document are answered together; without documents every row is alone.
    private static void Fill(TextClassifier classifier, RowInput input, ChunkBuffer<(IReadOnlyList<TextRow> Rows, long Position)> buffer, CancellationToken token)
    {
        try
        {
            long position = 0;
            IEnumerable<TextRow> rows = input.Read().Select(item =>
            {
                position = item.Position;
                return item.Row;
            });
            foreach (IReadOnlyList<TextRow> group in classifier.ReadsDocuments ? TextDocuments.Of(rows) : rows.Select(row => (IReadOnlyList<TextRow>)[row])) buffer.Add((group, position), token);
            buffer.Complete();
        }
        catch (Exception e)
        {
            buffer.Complete(e);
        }
    }
}
