using System.Collections;

namespace RctOnnx.Data;

/// <summary>
/// A list that is only added to and read. It grows by parts and is never copied, so that it needs no more than its items, where the
/// library's list needs three times as much while it grows.
/// </summary>
/// <typeparam name="T">Of the items.</typeparam>
public sealed class ChunkedList<T> : IReadOnlyList<T>
{
    private const int ChunkBits = 14, ChunkSize = 1 << ChunkBits;

    private readonly List<T[]> _chunks = [];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public T this[int index] => (uint)index < (uint)Count
        ? _chunks[index >> ChunkBits][index & (ChunkSize - 1)]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} items.");

    /// <summary>Adds an item.</summary>
    public void Add(T item)
    {
        if (Count == _chunks.Count << ChunkBits) _chunks.Add(new T[ChunkSize]);
        _chunks[^1][Count & (ChunkSize - 1)] = item;
        Count = checked(Count + 1);
    }

    /// <summary>All items in one array.</summary>
    public T[] ToArray()
    {
        T[] all = new T[Count];
        for (int start = 0; start < Count; start += ChunkSize) _chunks[start >> ChunkBits].AsSpan(0, Math.Min(ChunkSize, Count - start)).CopyTo(all.AsSpan(start));
        return all;
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (int i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
