using System.Diagnostics;

namespace RctOnnx.Testing;

/// <summary>Runs one explicit test of the calling test program in a process of its own: for what a process can do or see only once.</summary>
public static class TestProcess
{
    /// <summary>What starts the test <paramref name="method"/> of <paramref name="type"/> alone.</summary>
    public static ProcessStartInfo Of(Type type, string method) => new(Environment.ProcessPath!, ["-method", $"{type.FullName}.{method}", "-explicit", "only"]);

    /// <summary>Starts the test and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">The test failed; the message is what it printed.</exception>
    public static async Task RunAsync(ProcessStartInfo test, CancellationToken token)
    {
        test.RedirectStandardOutput = true;
        using Process process = Process.Start(test)!;
        string output = await process.StandardOutput.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        if (process.ExitCode != 0) throw new InvalidOperationException(output);
    }
}
