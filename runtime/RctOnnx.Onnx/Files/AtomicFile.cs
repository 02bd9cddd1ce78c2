namespace RctOnnx.Onnx;

/// <summary>Writes a file under a temporary name beside its target and moves it into place, so that no reader sees half of it.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Calls <paramref name="write"/> with a stream and moves the result to <paramref name="path"/>, over an older file of that name.
    /// If anything fails the older file stays as it was and the temporary one is removed. A device such as <c>/dev/null</c> is
    /// written in place: a move would replace it.
    /// </summary>
    /// <exception cref="OutputException">The folder is missing, is not writable, is full, or the path names a folder.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) throw new OutputException($"Cannot write '{path}': it is a folder. Name a file.");
        if (IsDevice(full))
        {
            WriteInPlace(path, write);
            return;
        }
        string temporary = $"{full}.{Environment.ProcessId:x}{Environment.CurrentManagedThreadId:x}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot write '{path}': {e.Message} Choose another folder or free some space.", e);
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    private static bool IsDevice(string full) => !OperatingSystem.IsWindows() && File.Exists(full)
        && full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal); // files in memory

    private static void WriteInPlace(string path, Action<Stream> write)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1 << 16);
            write(stream);
            stream.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot write '{path}': {e.Message} Choose another target.", e);
        }
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
