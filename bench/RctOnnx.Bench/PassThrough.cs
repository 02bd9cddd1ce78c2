using System.CommandLine;
using RctOnnx.CommandLine;

namespace RctOnnx.Bench;

/// <summary>A verb that hands everything behind it to somebody else's parser.</summary>
internal static class PassThrough
{
    public static Command Create(string name, string description, Func<string[], int> run)
    {
        Command command = new(name, description) { TreatUnmatchedTokensAsErrors = false };
        command.SetWork((parsed, _) => run([.. parsed.UnmatchedTokens]));
        return command;
    }
}
