using System.CommandLine;

namespace RctOnnx.CommandLine;

/// <summary>Shorthands for building verbs.</summary>
public static class CommandExtensions
{
    /// <summary>
    /// Sets what the verb does; the token is cancelled by Ctrl+C and SIGTERM. The work returns an exit code and may throw:
    /// <see cref="ProgramHost"/> turns exceptions into messages.
    /// </summary>
    public static void SetWork(this Command command, Func<ParseResult, CancellationToken, int> work) =>
        command.SetAction((parsed, token) => Task.FromResult(work(parsed, token)));
}
