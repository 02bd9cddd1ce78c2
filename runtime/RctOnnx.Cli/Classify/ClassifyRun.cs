using System.Buffers;
using RctOnnx.Cli.Rows;
using RctOnnx.CommandLine;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Classify;

/// <summary>Rows in, answers out, chunk by chunk: memory does not grow with the input.</summary>
internal sealed class ClassifyRun(TextClassifier classifier, AnswerWriter writer)
{
    private double _share;

    /// <summary>How much of an input of known size is done, 0 to 1.</summary>
    public double Share => Volatile.Read(ref _share);

    /// <summary>Answers all rows, in order.</summary>
    /// <param name="input">Read once.</param>
    /// <param name="write">Takes the bytes of the answers.</param>
    /// <param name="progress">Told of every chunk, if there is one.</param>
    /// <param name="token">Ends the work between batches.</param>
    /// <exception cref="DataException">A row is broken or too long; its file and line are named.</exception>
    public long Execute(RowInput input, Action<ReadOnlySpan<byte>> write, IWorkProgress? progress, CancellationToken token)
    {
        ArrayBufferWriter<byte> buffer = new(1 << 16);
        writer.WriteHeader(buffer);
        long count = 0;
        foreach (RowAnswers chunk in RowAnswers.Of(classifier, input, token, allTasks: writer.WritesTasks))
        {
            for (int i = 0; i < chunk.Rows.Count; i++) writer.Write(buffer, chunk.Rows[i], chunk.Answers[i], chunk.Tasks?[i]);
            write(buffer.WrittenSpan);
            buffer.ResetWrittenCount();
            count += chunk.Rows.Count;
            if (input.Length is { } length) Volatile.Write(ref _share, (double)chunk.Position / length);
            progress?.Advance(chunk.Rows.Count);
        }
        return count;
    }
}
