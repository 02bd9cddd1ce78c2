using System.Buffers;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Classify;

/// <summary>Rows in, answers out, chunk by chunk: memory does not grow with the input.</summary>
internal sealed class ClassifyRun(TextClassifier classifier, AnswerWriter writer)
{
    // Enough texts for full batches of equal length, few enough to hold and to see progress.
    private const int ChunkRows = 2048;
    private const long ChunkCharacters = 1 << 20;

    /// <summary>Answers all rows, in order.</summary>
    /// <param name="rows">Read once.</param>
    /// <param name="write">Takes the bytes of the answers.</param>
    /// <param name="progress">Told of every chunk.</param>
    /// <param name="token">Ends the work between batches.</param>
    /// <exception cref="DataException">A row is broken or too long; its file and line are named.</exception>
    public long Execute(IEnumerable<TextRow> rows, Action<ReadOnlySpan<byte>> write, IWorkProgress progress, CancellationToken token)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        writer.WriteHeader(buffer);
        long count = 0;
        foreach (List<TextRow> chunk in Chunks(rows))
        {
            token.ThrowIfCancellationRequested();
            IReadOnlyList<Classification> answers = Ask(chunk, token);
            for (int i = 0; i < chunk.Count; i++) writer.Write(buffer, chunk[i], answers[i]);
            Flush();
            count += chunk.Count;
            progress.Advance(chunk.Count);
        }
        Flush();
        return count;

        void Flush()
        {
            if (buffer.WrittenCount > 0) write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
        }
    }

    private IReadOnlyList<Classification> Ask(List<TextRow> chunk, CancellationToken token)
    {
        try
        {
            return chunk[0].Pair is null
                ? classifier.Classify([.. chunk.Select(row => row.Text)], token)
                : classifier.Classify([.. chunk.Select(row => new TextPair(row.Text, row.Pair!))], token);
        }
        catch (TextTooLongException e) when (e.Index is { } index)
        {
            TextRow row = chunk[(int)index];
            throw new DataException($"'{row.Source}', line {row.Line}: the text {e.Fault}", e);
        }
    }

    private static IEnumerable<List<TextRow>> Chunks(IEnumerable<TextRow> rows)
    {
        List<TextRow> chunk = [];
        long characters = 0;
        foreach (TextRow row in rows)
        {
            chunk.Add(row);
            characters += row.Text.Length + (row.Pair?.Length ?? 0);
            if (chunk.Count < ChunkRows && characters < ChunkCharacters) continue;
            yield return chunk;
            (chunk, characters) = ([], 0);
        }
        if (chunk.Count > 0) yield return chunk;
    }
}
