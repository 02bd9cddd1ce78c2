using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RctOnnx.Data;

namespace RctOnnx.Train.Examples;

/// <summary>
/// Numbers as @ in a share of the groups, as PubMed RCT writes them (Dernoncourt and Lee 2017: 12.5 is @, 1:1 is @:@), so that a model
/// knows texts of both kinds. Which groups follows from the seed alone.
/// </summary>
internal static partial class NumberMasking
{
    /// <summary>The rows, those of drawn groups with masked numbers; a row without a group is drawn by its text.</summary>
    /// <param name="rows">Of training.</param>
    /// <param name="share">Of the groups, 0 to 1.</param>
    /// <param name="seed">Of the run.</param>
    public static IEnumerable<TextRow> Apply(IEnumerable<TextRow> rows, double share, long seed) =>
        share == 0 ? rows : rows.Select(row => IsDrawn(row.Group ?? row.Text, share, seed) ? row with { Text = Mask(row.Text), Pair = row.Pair is null ? null : Mask(row.Pair) } : row);

    /// <summary>A text whose numbers are @.</summary>
    public static string Mask(string text) => Number().Replace(text, "@");

    private static bool IsDrawn(string key, double share, long seed) =>
        BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{key}"))) < share * ((double)uint.MaxValue + 1);

    [GeneratedRegex(@"[0-9]+(\.[0-9]+)?")]
    private static partial Regex Number();
}
