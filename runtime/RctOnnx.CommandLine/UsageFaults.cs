using System.CommandLine;
using System.CommandLine.Parsing;

namespace RctOnnx.CommandLine;

/// <summary>What is wrong with a command line, in the words of its user.</summary>
internal static class UsageFaults
{
    /// <summary>All faults, each once; none where the verb can run.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        // An option that takes any text, or several, takes an unknown option for a value.
        ILookup<bool, OptionResult> options = parsed.CommandResult.Children.OfType<OptionResult>().ToLookup(option => UnknownIn(option) is not null);
        IEnumerable<string> unknown = options[true].Select(option =>
            $"The option '{UnknownIn(option)}' is not known, and as a value of '{option.Option.Name}' it would have to be written './{UnknownIn(option)}'.");
        IEnumerable<string> others = parsed.Errors
            .Where(error => error.SymbolResult is not OptionResult option || !options[true].Contains(option))
            .Select(error => error.SymbolResult is OptionResult option && Expected(option.Option.ValueType) is { } expected && option.Tokens.Count == 1 && error.Message.Contains('\'' + option.Tokens[0].Value + '\'')
                ? $"{option.Option.Name} is '{option.Tokens[0].Value}', expected {expected}."
                : error.Message);
        return [.. unknown.Concat(others).Distinct()];
    }

    private static string? UnknownIn(OptionResult option) =>
        option.Tokens.Select(token => token.Value).FirstOrDefault(value => value.Length > 2 && value.StartsWith("--", StringComparison.Ordinal));

    // The library's message names the .NET type.
    private static string? Expected(Type type)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum) return $"one of {string.Join(", ", Enum.GetNames(plain).Select(name => name.ToLowerInvariant()))}";
        if (plain == typeof(int)) return $"a whole number, at most {int.MaxValue}";
        if (plain == typeof(long)) return $"a whole number, at most {long.MaxValue}";
        return plain == typeof(double) ? "a number such as 0.1 or 5e-5" : null;
    }
}
