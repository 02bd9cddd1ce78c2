using System.Security.Cryptography;
using System.Text;
using RctOnnx.Data;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Comparison;

/// <summary>One training of a comparison.</summary>
/// <param name="Name">Variant and point of the grid: runs of one name differ in their seeds alone.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Settings">All of them.</param>
internal sealed record PlannedRun(string Name, long Seed, TrainSettings Settings)
{
    /// <summary>Where its result lies.</summary>
    public string ResultFile => Path.Combine(Settings.Output, "result.json");

    /// <summary>SHA-256 over settings and data files: a result belongs to the run if its key is the same.</summary>
    /// <exception cref="DataException">A data file is missing.</exception>
    public string Key()
    {
        IEnumerable<string> files = [.. Settings.Train, .. Settings.Dev is { } dev ? [dev] : Array.Empty<string>(), .. Settings.Test];
        string text = string.Join('\n', [SettingsJson.ToText(Settings with { Output = "" }), .. files.Select(DataHash.OfFile)]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
