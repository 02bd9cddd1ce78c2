using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RctOnnx.Data;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Reports;

/// <summary>The card of a file whose run has no report of labels: what the file itself knows. What only people know is left open to be written.</summary>
internal static class FileCard
{
    /// <summary>Writes the card beside a file, under its name with the ending .md. One that is there is left as it is: people may have written in it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">What it holds.</param>
    /// <param name="say">Told what became of the card.</param>
    /// <exception cref="OutputException">It cannot be written.</exception>
    public static void WriteBeside(string file, ModelArtifact model, Action<string> say) => Write(Path.ChangeExtension(file, ".md"), file, model, say);

    /// <summary>Writes the card of a file under a name of its own; one that is there is left as it is.</summary>
    /// <param name="card">Its name.</param>
    /// <param name="file">The file.</param>
    /// <param name="model">What it holds.</param>
    /// <param name="say">Told what became of the card.</param>
    /// <exception cref="OutputException">It cannot be written.</exception>
    public static void Write(string card, string file, ModelArtifact model, Action<string> say)
    {
        if (File.Exists(card))
        {
            say($"'{card}' is there already and was left as it is; the SHA-256 of the new file is {DataHash.OfFile(file)}.");
            return;
        }
        AtomicFile.WriteText(card, Of(file, model));
        say($"Wrote '{card}': a card to be completed.");
    }

    /// <summary>The card.</summary>
    /// <param name="file">The file.</param>
    /// <param name="model">What it holds.</param>
    public static string Of(string file, ModelArtifact model)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# {CardText.Cell(Path.GetFileNameWithoutExtension(file))}\n\n`{Path.GetFileName(file)}`, SHA-256 `{DataHash.OfFile(file)}`\n\n");
        text.Append("## Intended use\n\nTo be written: for which texts and by whom the file shall be used, and for what not.\n\n");
        CardText.Table(text, ["", ""], Facts(model));
        text.Append("## Data\n\nTo be written: where the texts come from, their terms, and what they leave out.\n\n");
        text.Append("## Results and limits\n\nTo be written: what was measured on which texts, and what is known to go wrong. What the file's own record says is below.\n\n");
        text.Append("## Training\n\n");
        if (model.Training is null) text.Append("The file has no record of it.\n\n");
        else CardText.Table(text, ["what", "value"], Flat(model.Training, ""));
        if (model.Proof is not { } proof) return text.ToString();
        text.Append("## Proof\n\n");
        CardText.Table(text, ["", ""],
        [
            ["largest difference of a logit, allowed", string.Create(CultureInfo.InvariantCulture, $"{proof.LargestDifference:E1}, {proof.Tolerance:E1}")],
            ["same label", proof.LabelAgreement.ToString("P2", CultureInfo.InvariantCulture)],
            ["compared", string.Create(CultureInfo.InvariantCulture, $"{proof.TextCount} texts, {proof.PairCount} pairs, {proof.Shapes.Count} shapes, in {string.Join(", ", proof.Dialects)}")],
            .. proof.Versions.Select(version => new[] { version.Key, version.Value }),
        ]);
        return text.ToString();
    }

    private static IEnumerable<string[]> Facts(ModelArtifact model)
    {
        EncoderConfig encoder = model.Encoder;
        bool several = model.MoreTasks.Count > 0;
        foreach (TaskDescription task in model.Tasks)
        {
            string of = several ? $" of {task.Name}" : "";
            yield return [$"what it answers{of}", model.Head.Kind == HeadKind.None ? "features of a text; an encoder without a head" : $"{task.ProblemType}"];
            if (task.Labels.Count > 0) yield return [$"labels{of}", string.Join(", ", task.Labels)];
        }
        yield return ["encoder", $"{encoder.Architecture}, {encoder.LayerCount} layers of width {encoder.HiddenWidth}, {model.Vocabulary.Count:N0} pieces, {(model.Tokenizer.LowerCase ? "lower case" : "cased")}"];
        yield return ["longest sequence", string.Create(CultureInfo.InvariantCulture, $"{model.MaxLength} tokens; longer texts: {model.LongText}")];
    }

    // settings.learning_rate for what stands in an object; lists of values in one cell.
    private static IEnumerable<string[]> Flat(JsonObject record, string prefix)
    {
        foreach ((string name, JsonNode? value) in record)
        {
            if (value is JsonObject inner)
            {
                foreach (string[] row in Flat(inner, $"{prefix}{name}.")) yield return row;
                continue;
            }
            string shown = value is JsonArray list ? string.Join(", ", list.Select(item => item?.ToString() ?? "")) : value?.ToString() ?? "";
            if (shown.Length > 0) yield return [prefix + name, shown];
        }
    }
}
