using System.CommandLine;
using System.Runtime.InteropServices;

namespace RctOnnx.CommandLine;

/// <summary>
/// Runs a program's verbs under the conventions all programs share: messages to standard error, exit codes of
/// <see cref="ExitCodes"/>, a stack trace for defects only, Ctrl+C and SIGTERM as cancellation.
/// </summary>
public static class ProgramHost
{
    internal const int BrokenPipeErrorCode = 32; // EPIPE, the same number on Linux and macOS

    /// <summary>Parses <paramref name="args"/>, runs the verb they name and returns the exit code. Never throws.</summary>
    public static int Run(RootCommand root, IReadOnlyList<string> args)
    {
        ParseResult parsed = root.Parse(args);
        IReadOnlyList<string> faults = UsageFaults.Of(parsed);
        if (faults.Count > 0)
        {
            foreach (string fault in faults) Console.Error.WriteLine(fault);
            Console.Error.WriteLine($"Run '{FullName(parsed.CommandResult.Command)} --help' for the options it takes.");
            return ExitCodes.Usage;
        }
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        try
        {
            // The library's own handling of exceptions and signals is off: it prints stack traces and ends the process early.
            InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return parsed.InvokeAsync(configuration, stop.Token).GetAwaiter().GetResult();
        }
        catch (Exception e)
        {
            (int code, string? message) = Describe(e, stop.IsCancellationRequested);
            if (message is not null) Console.Error.WriteLine(message);
            return code;
        }

        void OnSignal(PosixSignalContext context)
        {
            if (stop.IsCancellationRequested) return; // the second signal ends the process at once
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Exit code and message of a failure; the message is null where the program ends without a word.</summary>
    public static (int ExitCode, string? Message) Describe(Exception exception, bool stopRequested) => exception switch
    {
        RctOnnxException known => (known.ExitCode, known.Message),
        OperationCanceledException => (ExitCodes.Cancelled, stopRequested ? "Stopped." : $"Stopped: {exception.Message}"),
        AggregateException { InnerExceptions.Count: 1 } many => Describe(many.InnerExceptions[0], stopRequested),
        FileNotFoundException { FileName: { } name } =>
            (ExitCodes.InputRefused, $"'{name}' was not found. Check the path; relative paths start at '{Environment.CurrentDirectory}'."),
        DirectoryNotFoundException =>
            (ExitCodes.InputRefused, $"{exception.Message} Check the path; relative paths start at '{Environment.CurrentDirectory}'."),
        UnauthorizedAccessException =>
            (ExitCodes.InputRefused, $"{exception.Message} Check that it is a file, not a folder, and its permissions."),
        IOException { HResult: BrokenPipeErrorCode } => (ExitCodes.Success, null), // the reader, such as head, has seen enough
        IOException => (ExitCodes.InputRefused, $"Reading or writing failed: {exception.Message}"),
        _ => (ExitCodes.InternalError, $"This is a defect of the program, please report it:{Environment.NewLine}{exception}"),
    };

    private static string FullName(Command command)
    {
        Command? parent = command.Parents.OfType<Command>().FirstOrDefault();
        return parent is null ? command.Name : $"{FullName(parent)} {command.Name}";
    }
}
