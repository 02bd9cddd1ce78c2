using Microsoft.Win32.SafeHandles;

namespace RctOnnx.Train.Batching;

/// <summary>
/// Bytes that are added at the end and read anywhere: the first ones lie in memory, what goes over the limit lies in a file, which is gone when this is disposed.
/// The file is read by position and not mapped: a page that cannot be read is then an exception and not the end of the process, and pages that
/// the system keeps for the file do not count as the process's memory. Adding is for one thread, reading for any number.
/// </summary>
internal sealed class SpillingBytes : IDisposable
{
    private const int ChunkBits = 20, ChunkSize = 1 << ChunkBits;

    private readonly List<byte[]> _chunks = [];
    private readonly string? _path;
    private readonly long _memoryLimit;
    private SafeFileHandle? _file;
    private byte[] _tail = []; // what is not in the file yet
    private long _written;

    /// <param name="path">Where the file goes, or null to keep all in memory.</param>
    /// <param name="memoryLimit">Bytes in memory at most, rounded up to whole mebibytes; means nothing without a path.</param>
    public SpillingBytes(string? path, long memoryLimit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(memoryLimit);
        _path = path;
        _memoryLimit = path is null ? long.MaxValue : (memoryLimit + ChunkSize - 1) >> ChunkBits << ChunkBits;
    }

    /// <summary>All bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Those in the file.</summary>
    public long SpilledLength => Math.Max(0, Length - _memoryLimit);

    /// <summary>Adds bytes.</summary>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int offset = (int)(Length & (ChunkSize - 1)), count = Math.Min(bytes.Length, ChunkSize - offset);
            bytes[..count].CopyTo(Target(offset).AsSpan(offset));
            bytes = bytes[count..];
            Length += count;
            if (Length > _memoryLimit && (Length & (ChunkSize - 1)) == 0) WriteTail();
        }
    }

    /// <summary>Copies bytes from a position on.</summary>
    /// <exception cref="OutputException">The file cannot be read.</exception>
    public void Read(long position, Span<byte> target)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        if (position + target.Length > Length) throw new ArgumentOutOfRangeException(nameof(position), position, $"{target.Length} bytes are asked for, and there are {Length} in all.");
        while (!target.IsEmpty)
        {
            int offset = (int)(position & (ChunkSize - 1)), count = Math.Min(target.Length, ChunkSize - offset);
            if (position < _memoryLimit) _chunks[(int)(position >> ChunkBits)].AsSpan(offset, count).CopyTo(target);
            else if (position - _memoryLimit < _written) ReadFile(position - _memoryLimit, target[..count]);
            else _tail.AsSpan(offset, count).CopyTo(target);
            target = target[count..];
            position += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private byte[] Target(int offset)
    {
        if (Length < _memoryLimit)
        {
            if (offset == 0) _chunks.Add(new byte[ChunkSize]);
            return _chunks[^1];
        }
        if (_tail.Length == 0) _tail = new byte[ChunkSize];
        return _tail;
    }

    private void WriteTail()
    {
        try
        {
            if (_file is null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path!))!);
                _file = File.OpenHandle(_path!, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
            }
            RandomAccess.Write(_file, _tail, _written);
            _written += ChunkSize;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot write '{_path}', where tokens go that have no room in memory: {e.Message} Free some space, or choose another output folder.", e);
        }
    }

    private void ReadFile(long position, Span<byte> target)
    {
        try
        {
            for (int read; !target.IsEmpty; target = target[read..], position += read)
            {
                read = RandomAccess.Read(_file!, target, position);
                if (read == 0) throw new EndOfStreamException($"It ends before byte {position + 1:N0}, and {_written:N0} were written.");
            }
        }
        catch (IOException e)
        {
            throw new OutputException($"Cannot read '{_path}', where the run keeps tokens: {e.Message} Leave the file alone while the run lasts, and resume the run.", e);
        }
    }
}
