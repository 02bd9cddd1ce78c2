using System.Diagnostics;

namespace RctOnnx.Testing;

/// <summary>One run of a program of ours as a process of its own.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record ProgramProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a program that lies beside the tests, for example <c>rctonnx-train</c>, to its end.</summary>
    public static ProgramProcess Run(string program, params string[] arguments) => RunWithInput(program, null, arguments);

    /// <summary>The same with standard input.</summary>
    public static ProgramProcess RunWithInput(string program, string? input, params string[] arguments)
    {
        using Process process = Start(program, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        if (input is not null) process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return new ProgramProcess(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Starts it with all three streams redirected.</summary>
    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
