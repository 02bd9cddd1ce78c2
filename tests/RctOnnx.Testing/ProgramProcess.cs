using System.Diagnostics;

namespace RctOnnx.Testing;

/// <summary>One run of a program of ours as a process of its own.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ProgramProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a program that lies beside the tests, for example <c>rctonnx-train</c>, to its end.</summary>
    public static ProgramProcess Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ProgramProcess(process.ExitCode, output, error.Result);
    }
}
