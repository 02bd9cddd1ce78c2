using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RctOnnx.Onnx;

/// <summary>How many names a file has. .NET does not say, so the operating system is asked.</summary>
internal static class FileLinks
{
    /// <summary>The number of hard links of an open file.</summary>
    /// <exception cref="IOException">The system gives no answer.</exception>
    public static uint Count(SafeFileHandle file)
    {
        byte[] answer = new byte[512]; // larger than each of the three structures
        if (OperatingSystem.IsWindows())
        {
            if (!GetFileInformationByHandle(file, answer)) throw Failed();
            return BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(40)); // BY_HANDLE_FILE_INFORMATION.nNumberOfLinks
        }
        if (OperatingSystem.IsMacOS())
        {
            if (StatMac(file, answer) != 0) throw Failed();
            return BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(6)); // stat.st_nlink
        }
        const int EmptyPath = 0x1000; // the handle itself
        const uint LinkCount = 0x4;
        if (StatLinux(file, "", EmptyPath, LinkCount, answer) != 0) throw Failed();
        return BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(16)); // statx.stx_nlink
    }

    private static IOException Failed() => new($"The number of hard links cannot be found (error {Marshal.GetLastPInvokeError()}).");

    [DllImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool GetFileInformationByHandle(SafeFileHandle file, [Out] byte[] information);

    [DllImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static extern int StatMac(SafeFileHandle file, [Out] byte[] stat);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int StatLinux(SafeFileHandle file, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] statx);
}
