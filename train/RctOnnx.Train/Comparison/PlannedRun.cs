using System.Security.Cryptography;
using System.Text;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Comparison;

/// <summary>One training of a comparison.</summary>
/// <param name="Name">Variant and point of the grid: runs of one name differ in their seeds and folds alone.</param>
/// <param name="Settings">All of them.</param>
internal sealed record PlannedRun(string Name, TrainSettings Settings)
{
    /// <summary>Which of the runs of its name it is, for people.</summary>
    public string Part => Settings.Fold is { } fold ? $"seed {Settings.Seed}, fold {fold}" : $"seed {Settings.Seed}";

    /// <summary>Whether its texts have one label each, which a bag of words can learn.</summary>
    public bool HasClasses => Settings.Problem is ProblemType.SingleLabel or ProblemType.Ordinal;

    /// <summary>Where its result lies.</summary>
    public string ResultFile => Path.Combine(Settings.Output, "result.json");

    /// <summary>Keeps <see cref="StartKey"/> beside a training that has begun.</summary>
    public string StartFile => Path.Combine(Settings.Output, "start.key");

    /// <summary>SHA-256 over settings, base and the files to train and to choose by: a training is resumed only if it began with the same.</summary>
    /// <exception cref="DataException">A file is missing.</exception>
    public string StartKey()
    {
        // A folder holds little more than configuration, weights and vocabulary; what lies deeper is not read as a base.
        string[] parts = Directory.Exists(Settings.Base) ? Directory.GetFiles(Settings.Base) : [Settings.Base];
        IEnumerable<string> files = [.. parts.Order(StringComparer.Ordinal), .. Settings.Train, .. ((string?[])[Settings.Dev, Settings.Teacher]).OfType<string>()];
        return Hash([SettingsJson.ToText(Settings with { Output = "", Test = [] }), .. files.Select(DataHash.OfFile)]);
    }

    /// <summary>SHA-256 over <see cref="StartKey"/> and the test files: a result belongs to the run if its key is the same.</summary>
    /// <exception cref="DataException">A file is missing.</exception>
    public string Key() => Hash([StartKey(), .. Settings.Test, .. Settings.Test.Select(DataHash.OfFile)]);

    private static string Hash(IEnumerable<string> parts) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))));
}
