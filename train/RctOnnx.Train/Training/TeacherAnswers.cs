using System.Text.Json;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Train.Evaluation;
using RctOnnx.Train.Examples;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>
/// What a teacher says about the training rows (distillation, Hinton et al. 2015). It is asked once, in the runtime, so that any model
/// file can teach, whatever its shape and vocabulary; its answers are kept in the run's folder.
/// </summary>
internal sealed class TeacherAnswers
{
    private readonly float[] _logits;
    private readonly int _labelCount;

    private TeacherAnswers(float[] logits, int labelCount) => (_logits, _labelCount) = (logits, labelCount);

    private sealed record Kept(string Teacher, string Rows, float[] Logits);

    /// <summary>The answers kept in the folder, where the same teacher gave them for the same rows, or new ones.</summary>
    /// <param name="path">The teacher, a model file.</param>
    /// <param name="keptAt">Where answers are kept.</param>
    /// <param name="train">The training rows as tokens.</param>
    /// <param name="rows">The same rows as texts, read once.</param>
    /// <param name="labels">Labels of the task.</param>
    /// <param name="resume">Whether the run goes on: its teacher must be the one it began with.</param>
    /// <param name="token">Stops it.</param>
    /// <exception cref="SettingsException">The teacher has another problem or other labels, or is not the one that the run began with.</exception>
    /// <exception cref="ModelFileException">The file cannot be read.</exception>
    public static TeacherAnswers Of(string path, string keptAt, ExampleSet train, IEnumerable<TextRow> rows, IReadOnlyList<string> labels, bool resume, CancellationToken token)
    {
        if (!File.Exists(path)) throw new ModelFileException($"The teacher '{path}' is not there; expected a model file. Train it first, or correct --teacher.");
        string hash = DataHash.OfFile(path);
        if (Read(keptAt) is { } kept && kept.Rows == train.Hash)
        {
            if (kept.Teacher == hash) return new TeacherAnswers(kept.Logits, labels.Count);
            if (resume) throw new SettingsException($"'{path}' is not the teacher that the run began with (SHA-256 {kept.Teacher}, found {hash}). Put that file back, or start another run.");
        }
        using TextClassifier teacher = TextClassifier.Load(path, new TextClassifierOptions { Threads = get_num_threads() });
        if (teacher.ProblemType != train.Problem || !teacher.Labels.SequenceEqual(labels))
            throw new SettingsException($"The teacher '{path}' is for {teacher.ProblemType} with the labels {string.Join(", ", teacher.Labels)}; the task is {train.Problem} with {string.Join(", ", labels)}. Take a teacher of the same task.");
        float[] logits = ConsoleProgress.Run("Asking the teacher", train.Tokens.RowCount, "sentences", progress => Ask(teacher, train.Tokens.HasPairs, rows, progress, token));
        AtomicFile.WriteText(keptAt, JsonSerializer.Serialize(new Kept(hash, train.Hash, logits), TrainingRecord.Json) + "\n");
        return new TeacherAnswers(logits, labels.Count);
    }

    /// <summary>Its logits for some answers of the rows, fp32 [answers, labels].</summary>
    public Tensor Logits(IReadOnlyList<int> rows, Device device)
    {
        float[] values = new float[rows.Count * _labelCount];
        for (int i = 0; i < rows.Count; i++) _logits.AsSpan(rows[i] * _labelCount, _labelCount).CopyTo(values.AsSpan(i * _labelCount));
        return tensor(values, [rows.Count, _labelCount], device: device);
    }

    private static float[] Ask(TextClassifier teacher, bool arePairs, IEnumerable<TextRow> rows, IWorkProgress progress, CancellationToken token)
    {
        ChunkedList<float> logits = new();
        IEnumerable<IReadOnlyList<LabelledText>> documents = TextDocuments.Of(rows).Select(document => (IReadOnlyList<LabelledText>)[.. document.Select(row => new LabelledText(row.Text, row.Pair))]);
        foreach (IReadOnlyList<Classification> answers in RuntimeAnswers.Of(teacher, documents, arePairs, token))
        {
            foreach (Classification answer in answers)
                foreach (float logit in answer.Logits) logits.Add(logit);
            progress.Advance(answers.Count);
        }
        return logits.ToArray();
    }

    private static Kept? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<Kept>(File.ReadAllBytes(path), TrainingRecord.Json) is { Logits: not null } kept ? kept : null;
        }
        catch (JsonException)
        {
            return null; // half a file: the teacher is asked again
        }
    }
}
