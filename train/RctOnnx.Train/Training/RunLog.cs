using System.Text.Json;
using System.Text.Json.Serialization;
using RctOnnx.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch.utils;

namespace RctOnnx.Train.Training;

/// <summary>What a run tells while it goes: <c>metrics.jsonl</c> and TensorBoard's event files.</summary>
internal sealed class RunLog : IDisposable
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly List<RunLogEntry> _entries;
    private readonly StreamWriter _lines;
    private readonly SummaryWriter _board;

    /// <summary>Opens the log of a run; lines after <paramref name="step"/>, which a resumed run takes again, are dropped.</summary>
    /// <exception cref="OutputException">The folder cannot be written.</exception>
    /// <exception cref="DataException">The older log is damaged.</exception>
    public RunLog(RunFolder folder, long step)
    {
        _entries = step > 0 && File.Exists(folder.Log) ? [.. ReadLines(folder.Log).Where(entry => entry.Step <= step)] : [];
        AtomicFile.WriteText(folder.Log, string.Concat(_entries.Select(entry => JsonSerializer.Serialize(entry, Json) + "\n")));
        try
        {
            _lines = new StreamWriter(folder.Log, append: true) { AutoFlush = true, NewLine = "\n" };
            Directory.CreateDirectory(folder.TensorBoard);
            _board = tensorboard.SummaryWriter(folder.TensorBoard);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"The log of the run cannot be written: {e.Message}", e);
        }
    }

    /// <summary>All lines so far.</summary>
    public IReadOnlyList<RunLogEntry> Entries => _entries;

    /// <summary>Adds a line.</summary>
    /// <exception cref="OutputException">The disk is full.</exception>
    public void Add(RunLogEntry entry)
    {
        _entries.Add(entry);
        string set = entry.Kind == "train" ? "train" : "dev";
        try
        {
            _lines.WriteLine(JsonSerializer.Serialize(entry, Json));
            Scalar("loss", entry.Loss);
            Scalar("learning_rate", entry.LearningRate);
            Scalar("gradient_norm", entry.GradientNorm);
            Scalar("accuracy", entry.Accuracy);
            Scalar("macro_f1", entry.MacroF1);
            foreach ((string name, double value) in entry.Others ?? new Dictionary<string, double>()) Scalar($"others/{name}", value);
        }
        catch (IOException e)
        {
            throw new OutputException($"The log of the run cannot be written: {e.Message} Free some space and resume with --resume.", e);
        }

        void Scalar(string name, double? value)
        {
            if (value is { } number) _board.add_scalar($"{set}/{name}", (float)number, (int)entry.Step);
        }
    }

    public void Dispose() => _lines.Dispose();

    private static IEnumerable<RunLogEntry> ReadLines(string path)
    {
        foreach (string line in File.ReadLines(path))
        {
            RunLogEntry? entry;
            try
            {
                entry = JsonSerializer.Deserialize<RunLogEntry>(line, Json);
            }
            catch (JsonException)
            {
                yield break; // the line that was being written when the run was killed; it is taken again
            }
            if (entry is not null) yield return entry;
        }
    }
}
