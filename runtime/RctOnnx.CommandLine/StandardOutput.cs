using Microsoft.Win32.SafeHandles;

namespace RctOnnx.CommandLine;

/// <summary>Standard output as bytes.</summary>
public static class StandardOutput
{
    /// <summary>
    /// An unbuffered stream whose writes fail once the reader has gone, so that the work can end: the console's own stream
    /// would drop what is written to a broken pipe. <see cref="ProgramHost"/> ends quietly on that failure.
    /// </summary>
    public static Stream Open()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();
        FileStream stream = new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // A file's position belongs to all processes that share it, and a FileStream keeps one of its own.
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }

    /// <summary>Writes and turns failures, other than a reader that has gone, into an <see cref="OutputException"/>.</summary>
    public static void Write(Stream output, ReadOnlySpan<byte> bytes)
    {
        try
        {
            output.Write(bytes);
        }
        catch (IOException e) when (e.HResult != ProgramHost.BrokenPipeErrorCode)
        {
            throw new OutputException($"Standard output cannot be written: {e.Message} Free some space or choose another output.", e);
        }
    }
}
