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
internal sealed class AnswerWriter(AnswerFormat format, TextClassifier classifier, int? topK, bool echo)
{
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly bool _isMultiLabel = classifier.ProblemType == ProblemType.MultiLabel;
    private string? _document; // that of the last answer, and how many sentences of it and documents there were
    private long _sentence, _documents;

    /// <summary>The line of column names, or nothing.</summary>
    public void WriteHeader(IBufferWriter<byte> target)
    {
        if (format != AnswerFormat.Tsv) return;
        List<string> columns = [.. classifier.ReadsDocuments ? ["document", "sentence"] : Array.Empty<string>(), "label", "score", "tokens", "truncated", .. classifier.Labels.Select(label => "score:" + Cell(label))];
        if (_isMultiLabel) columns.Add("labels");
        if (echo) columns.Add("text");
        Line(target, string.Join('\t', columns));
    }

    /// <summary>The line of one answer.</summary>
    public void Write(IBufferWriter<byte> target, TextRow row, Classification answer)
    {
        if (classifier.ReadsDocuments && (row.Group is null || row.Group != _document)) (_document, _sentence, _documents) = (row.Group, 0, _documents + 1);
        _sentence++;
        if (format == AnswerFormat.Jsonl) WriteJson(target, row, answer);
        else WriteTsv(target, row, answer);
    }

    private void WriteJson(IBufferWriter<byte> target, TextRow row, Classification answer)
    {
        using (Utf8JsonWriter json = new(target, Json))
        {
            json.WriteStartObject();
            if (classifier.ReadsDocuments)
            {
                json.WriteNumber("document", _documents);
                json.WriteNumber("sentence", _sentence);
            }
            json.WriteString("label", answer.Label);
            json.WriteNumber("score", answer.Score);
            if (_isMultiLabel)
            {
                json.WriteStartArray("labels");
                foreach (string label in answer.Labels) json.WriteStringValue(label);
                json.WriteEndArray();
            }
            json.WriteStartObject("scores");
            foreach (LabelScore score in answer.Scores.Take(topK ?? int.MaxValue)) json.WriteNumber(score.Label, score.Score);
            json.WriteEndObject();
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

    private void WriteTsv(IBufferWriter<byte> target, TextRow row, Classification answer)
    {
        Dictionary<string, float> scores = answer.Scores.ToDictionary(score => score.Label, score => score.Score);
        List<string> cells =
        [
            .. classifier.ReadsDocuments ? [_documents.ToString(CultureInfo.InvariantCulture), _sentence.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            Cell(answer.Label), Number(answer.Score), answer.TokenCount.ToString(CultureInfo.InvariantCulture), answer.Truncated ? "true" : "false",
            .. classifier.Labels.Select(label => Number(scores[label])),
        ];
        if (_isMultiLabel) cells.Add(Cell(string.Join('|', answer.Labels)));
        if (echo) cells.Add(Cell(row.Text));
        Line(target, string.Join('\t', cells));
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
