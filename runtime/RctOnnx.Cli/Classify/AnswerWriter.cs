using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Classify;

/// <summary>Answers as lines of text.</summary>
/// <param name="format">The form.</param>
/// <param name="classifier">Names the labels.</param>
/// <param name="topK">How many scores a JSON answer carries.</param>
/// <param name="echo">Whether the text stands in the answer.</param>
/// <param name="tasks">Tasks whose answers are written, of a file of several; empty for the one task of the classifier.</param>
internal sealed class AnswerWriter(AnswerFormat format, TextClassifier classifier, int? topK, bool echo, IReadOnlyList<TaskDescription> tasks)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string? _document; // that of the last answer, and how many sentences of it and documents there were
    private long _sentence, _documents;

    /// <summary>Whether the answers of several tasks stand in a line.</summary>
    public bool WritesTasks => tasks.Count > 0;

    /// <summary>The line of column names, or nothing.</summary>
    public void WriteHeader(IBufferWriter<byte> target)
    {
        if (format != AnswerFormat.Tsv) return;
        List<string> columns = WritesTasks
            ? [.. tasks.SelectMany(task => (string[])[$"{task.Name}:label", $"{task.Name}:score"]), "tokens", "truncated", .. tasks.SelectMany(task => Columns(task.Labels, task.ProblemType, task.Name + ":"))]
            : [.. classifier.ReadsDocuments ? ["document", "sentence"] : Array.Empty<string>(), "label", "score", "tokens", "truncated", .. Columns(classifier.Labels, classifier.ProblemType, "")];
        if (echo) columns.Add("text");
        Line(target, string.Join('\t', columns));
    }

    /// <summary>The line of one answer.</summary>
    /// <param name="target">Takes it.</param>
    /// <param name="row">The text.</param>
    /// <param name="answer">Of the one task; of several that of the first.</param>
    /// <param name="all">Of several tasks their answers by name.</param>
    public void Write(IBufferWriter<byte> target, TextRow row, Classification answer, IReadOnlyDictionary<string, Classification>? all = null)
    {
        if (classifier.ReadsDocuments && (row.Group is null || row.Group != _document)) (_document, _sentence, _documents) = (row.Group, 0, _documents + 1);
        _sentence++;
        if (format == AnswerFormat.Jsonl) WriteJson(target, row, answer, all);
        else WriteTsv(target, row, answer, all);
    }

    private void WriteJson(IBufferWriter<byte> target, TextRow row, Classification answer, IReadOnlyDictionary<string, Classification>? all)
    {
        using (Utf8JsonWriter json = new(target, Json))
        {
            json.WriteStartObject();
            if (classifier.ReadsDocuments)
            {
                json.WriteNumber("document", _documents);
                json.WriteNumber("sentence", _sentence);
            }
            if (all is null) WriteAnswer(json, answer, classifier.ProblemType);
            else WriteAnswers(json, all);
            json.WriteNumber("tokens", answer.TokenCount);
            json.WriteBoolean("truncated", answer.Truncated);
            if (answer.WindowCount > 1) json.WriteNumber("windows", answer.WindowCount);
            if (echo)
            {
                json.WriteString("text", row.Text);
                if (row.Pair is not null) json.WriteString("pair", row.Pair);
            }
            json.WriteEndObject();
        }
        target.Write("\n"u8);
    }

    private void WriteAnswer(Utf8JsonWriter json, Classification answer, ProblemType problem)
    {
        json.WriteString("label", answer.Label);
        json.WriteNumber("score", answer.Score);
        if (problem == ProblemType.MultiLabel)
        {
            json.WriteStartArray("labels");
            foreach (string label in answer.Labels) json.WriteStringValue(label);
            json.WriteEndArray();
        }
        json.WriteStartObject("scores");
        foreach (LabelScore score in answer.Scores.Take(topK ?? int.MaxValue)) json.WriteNumber(score.Label, score.Score);
        json.WriteEndObject();
    }

    private void WriteAnswers(Utf8JsonWriter json, IReadOnlyDictionary<string, Classification> all)
    {
        json.WriteStartObject("tasks");
        foreach (TaskDescription task in tasks)
        {
            json.WriteStartObject(task.Name);
            WriteAnswer(json, all[task.Name], task.ProblemType);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteTsv(IBufferWriter<byte> target, TextRow row, Classification answer, IReadOnlyDictionary<string, Classification>? all)
    {
        string[] place = classifier.ReadsDocuments ? [_documents.ToString(CultureInfo.InvariantCulture), _sentence.ToString(CultureInfo.InvariantCulture)] : [];
        string[] seen = [answer.TokenCount.ToString(CultureInfo.InvariantCulture), answer.Truncated ? "true" : "false"];
        List<string> cells = all is null
            ? [.. place, Cell(answer.Label), Number(answer.Score), .. seen, .. Cells(answer, classifier.Labels, classifier.ProblemType)]
            : [.. tasks.SelectMany(task => (string[])[Cell(all[task.Name].Label), Number(all[task.Name].Score)]), .. seen, .. tasks.SelectMany(task => Cells(all[task.Name], task.Labels, task.ProblemType))];
        if (echo) cells.Add(Cell(row.Text));
        Line(target, string.Join('\t', cells));
    }

    private static IEnumerable<string> Columns(IReadOnlyList<string> labels, ProblemType problem, string prefix) =>
        [.. labels.Select(label => $"{prefix}score:{Cell(label)}"), .. problem == ProblemType.MultiLabel ? [prefix + "labels"] : Array.Empty<string>()];

    private static IEnumerable<string> Cells(Classification answer, IReadOnlyList<string> labels, ProblemType problem)
    {
        Dictionary<string, float> scores = answer.Scores.ToDictionary(score => score.Label, score => score.Score);
        return [.. labels.Select(label => Number(scores[label])), .. problem == ProblemType.MultiLabel ? [Cell(string.Join('|', answer.Labels))] : Array.Empty<string>()];
    }

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    // A tab or a line end inside a cell would shift all that follows.
    private static string Cell(string text) => text.AsSpan().IndexOfAny('\t', '\n', '\r') < 0 ? text : text.Replace('\t', ' ').Replace('\n', ' ').Replace('\r', ' ');

    private static void Line(IBufferWriter<byte> target, string line)
    {
        Encoding.UTF8.GetBytes(line, target);
        target.Write("\n"u8);
    }
}
