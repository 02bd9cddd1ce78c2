using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Comparison;

/// <summary>What a run of a comparison gave; kept as <c>result.json</c>.</summary>
internal sealed record RunResult
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>Variant and point of the grid.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="PlannedRun.Part"/>.</summary>
    public required string Part { get; init; }

    /// <summary>What the labels mean.</summary>
    public ProblemType Problem { get; init; }

    /// <summary><see cref="PlannedRun.Key"/>.</summary>
    public required string Key { get; init; }

    /// <summary>Why there are no figures: the loss went out of bounds, or the proof failed. Null for a good run.</summary>
    public string? Failure { get; init; }

    /// <summary>Figures by set: <c>dev</c> where there is one, and every test set.</summary>
    public IReadOnlyDictionary<string, RunFigures> Sets { get; init; } = new Dictionary<string, RunFigures>();

    /// <summary>What best means on dev, for the exported weights; null without dev data.</summary>
    public double? Watched { get; init; }

    /// <summary>Dev accuracy by epochs done.</summary>
    public IReadOnlyList<CoursePoint> Curve { get; init; } = [];

    /// <summary>Seconds in training.</summary>
    public double TrainingSeconds { get; init; }

    /// <summary>Largest memory of the process during the run, bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Bytes of the exported file.</summary>
    public long ModelBytes { get; init; }

    /// <summary>Texts a second of the exported file in the runtime, string to label, on this machine.</summary>
    public double SentencesPerSecond { get; init; }

    /// <summary>A kept result, or null where there is none for this key.</summary>
    public static RunResult? Read(string path, string key)
    {
        if (!File.Exists(path)) return null;
        try
        {
            RunResult? kept = JsonSerializer.Deserialize<RunResult>(File.ReadAllBytes(path), Options);
            return kept?.Key == key ? kept : null;
        }
        catch (JsonException)
        {
            return null; // half a file of a machine that went down: the run is finished and only measured again
        }
    }

    /// <summary>Keeps it.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, Options) + "\n");
}
