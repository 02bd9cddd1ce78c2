using System.Runtime.CompilerServices;

namespace RctOnnx.Runtime;

/// <summary>Answers to a stream of texts in chunks, reading ahead by one chunk while the model computes.</summary>
internal static class TextStream
{
    /// <summary>Enough texts for full batches of equal length.</summary>
    public const int ChunkTexts = 2048;

    /// <summary>Characters of a chunk: bounds the memory, and how long a stop has to wait.</summary>
    public const int ChunkCharacters = 1 << 18;

    /// <summary>As many answers as items, in their order.</summary>
    /// <param name="items">The texts or pairs.</param>
    /// <param name="size">Characters of an item.</param>
    /// <param name="classify">Answers a chunk.</param>
    /// <param name="token">Ends the reading and the computing.</param>
    public static async IAsyncEnumerable<Classification> Run<T>(
        IAsyncEnumerable<T> items, Func<T, long> size, Func<IReadOnlyList<T>, CancellationToken, IReadOnlyList<Classification>> classify,
        [EnumeratorCancellation] CancellationToken token)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        using ChunkBuffer<T> buffer = new(ChunkTexts, ChunkCharacters, size);
        Task reader = Task.Run(() => Fill(items, buffer, stop.Token), CancellationToken.None);
        try
        {
            long done = 0;
            while (await buffer.TakeAsync(token).ConfigureAwait(false) is { } chunk)
            {
                long before = done;
                IReadOnlyList<Classification> answers = await Task.Run(() => Answer(chunk, before), token).ConfigureAwait(false);
                foreach (Classification answer in answers) yield return answer;
                done += chunk.Count;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reader.ConfigureAwait(false);
        }

        IReadOnlyList<Classification> Answer(IReadOnlyList<T> chunk, long before)
        {
            try
            {
                return classify(chunk, token);
            }
            catch (TextTooLongException e)
            {
                throw new TextTooLongException(e.Fault, before + e.Index);
            }
        }
    }

    private static async Task Fill<T>(IAsyncEnumerable<T> items, ChunkBuffer<T> buffer, CancellationToken token)
    {
        try
        {
            await foreach (T item in items.WithCancellation(token).ConfigureAwait(false)) await buffer.AddAsync(item, token).ConfigureAwait(false);
            buffer.Complete();
        }
        catch (Exception e)
        {
            buffer.Complete(e);
        }
    }
}
