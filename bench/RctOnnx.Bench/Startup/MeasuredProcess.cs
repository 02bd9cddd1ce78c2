using System.Diagnostics;
using System.Globalization;

namespace RctOnnx.Bench.Startup;

/// <summary>Starts a program and watches it until its first line and its end.</summary>
internal static class MeasuredProcess
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(1);

    /// <summary>Seconds from the start of the process to its first line on standard output.</summary>
    /// <exception cref="ProviderException">It ends without a line, or with a failure.</exception>
    public static double SecondsToFirstLine(string program, params string[] arguments)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Start(program, arguments);
        string? line = process.StandardOutput.ReadLine();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return line is not null && process.ExitCode == 0 ? seconds : throw Failed(program, process.ExitCode);
    }

    /// <summary>
    /// Bytes of the largest resident memory that the process had until its end: Linux keeps the mark itself (VmHWM), so that the
    /// last reading before the end is all that counts.
    /// </summary>
    /// <exception cref="ProviderException">It ends with a failure, or the system does not say.</exception>
    public static long PeakMemory(string program, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        long peak = 0;
        while (!process.WaitForExit(PollInterval)) peak = Math.Max(peak, HighWaterMark(process.Id));
        output.Wait();
        if (process.ExitCode != 0) throw Failed(program, process.ExitCode);
        return peak > 0 ? peak : throw new ProviderException("This system does not tell the peak memory of other processes (VmHWM in /proc); measure on Linux.");
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;

    private static long HighWaterMark(int id)
    {
        const string Key = "VmHWM:";
        try
        {
            string? line = File.ReadLines($"/proc/{id}/status").FirstOrDefault(text => text.StartsWith(Key, StringComparison.Ordinal));
            return line is null ? 0 : 1024 * long.Parse(line[Key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    private static ProviderException Failed(string program, int exitCode) =>
        new($"'{Path.GetFileName(program)}' ended with exit code {exitCode} where an answer was expected; its message stands above.");
}
