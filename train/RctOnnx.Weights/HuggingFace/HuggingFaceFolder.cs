using System.Text.Json;
using RctOnnx.Onnx;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>Writes an artifact as a Hugging Face checkpoint folder.</summary>
public static class HuggingFaceFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>
    /// Writes <c>config.json</c>, <c>model.safetensors</c>, <c>vocab.txt</c>, <c>tokenizer.json</c> and
    /// <c>tokenizer_config.json</c>; read back they give the same artifact, weights bit for bit. The folder appears whole or not at all.
    /// </summary>
    /// <param name="folder">A folder that is not there yet, or is empty.</param>
    /// <param name="artifact">An encoder alone, or with the head that transformers has for sequence classification.</param>
    /// <returns>What of the artifact that layout has no place for, in words.</returns>
    /// <exception cref="ModelFileException">Transformers has no model of this head, or a piece of the vocabulary does not fit on a line.</exception>
    /// <exception cref="OutputException">The folder holds something, or cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, ModelArtifact artifact)
    {
        ArtifactCheck.Validate(artifact);
        CheckHead(artifact);
        if (artifact.Vocabulary.FirstOrDefault(piece => piece.Contains('\n') || piece.EndsWith('\r') || piece.Length == 0) is { } broken)
            throw new ModelFileException($"The piece {JsonSerializer.Serialize(broken)} cannot be a line of vocab.txt. Train a vocabulary without it.");
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (File.Exists(full)) throw new OutputException($"Cannot write '{folder}': it is a file. Name a new folder.");
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw new OutputException($"Cannot write '{folder}': the folder is not empty. Name a new one, so that old and new files are not mixed.");
        string trial = $"{full}.{Environment.ProcessId:x}.tmp";
        try
        {
            Directory.CreateDirectory(trial);
            AtomicFile.WriteText(Path.Combine(trial, "config.json"), HuggingFaceJson.Config(artifact).ToJsonString(Indented) + "\n");
            AtomicFile.WriteText(Path.Combine(trial, "vocab.txt"), string.Concat(artifact.Vocabulary.Select(piece => piece + "\n")));
            AtomicFile.WriteText(Path.Combine(trial, "tokenizer.json"), HuggingFaceJson.Tokenizer(artifact).ToJsonString(Indented) + "\n");
            AtomicFile.WriteText(Path.Combine(trial, "tokenizer_config.json"), HuggingFaceJson.TokenizerConfig(artifact).ToJsonString(Indented) + "\n");
            // Transformers refuses files that do not say which framework's layout they have.
            SafetensorsFile.Write(Path.Combine(trial, "model.safetensors"), HuggingFaceNames.Export(artifact), new Dictionary<string, string> { ["format"] = "pt" });
            if (Directory.Exists(full)) Directory.Delete(full);
            Directory.Move(trial, full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"Cannot write '{folder}': {e.Message} Choose another folder or free some space.", e);
        }
        finally
        {
            if (Directory.Exists(trial)) Directory.Delete(trial, recursive: true);
        }
        return [.. LeftOut(artifact)];
    }

    private static void CheckHead(ModelArtifact artifact)
    {
        if (artifact.PairEncoding is not null)
            throw new ModelFileException("Transformers has no model that reads pairs by two encoders under one head. Keep the .onnx file, or train with --encoders one.");
        if (artifact.MoreTasks.Count > 0)
            throw new ModelFileException($"Transformers has no model of several tasks. Export one of {string.Join(", ", artifact.Tasks.Select(task => task.Name))} by --task.");
        bool isKnown = (artifact.Encoder.Architecture, artifact.Head.Kind, artifact.Head.Pooling) is
            (Architecture.Bert, HeadKind.Linear, Pooling.Pooler) or (Architecture.Electra, HeadKind.Electra, Pooling.Cls)
            or (Architecture.Bert, HeadKind.None, not (Pooling.Mean or Pooling.Max)) or (Architecture.Electra, HeadKind.None, Pooling.Cls)
            or (_, HeadKind.Linear, Pooling.Tokens) or (_, HeadKind.MaskedLm, _);
        if (artifact.Head.IsCumulative)
            throw new ModelFileException("Transformers has no model with ordered thresholds between labels. Train with --problem single_label or regression.");
        if (!isKnown)
            throw new ModelFileException($"Transformers has no {artifact.Encoder.Architecture} with the head {artifact.Head.Kind} on {artifact.Head.Pooling} pooling; it has Bert with Linear on Pooler and Electra with Electra on Cls, or either without a head. Train with --head pooler or --head electra. It also has the heads that answer questions and fill masks.");
    }

    private static IEnumerable<string> LeftOut(ModelArtifact artifact)
    {
        if (artifact.Calibration.Temperature != 1) yield return $"the temperature {artifact.Calibration.Temperature:R}: divide the logits by it";
        if (artifact.Calibration.Thresholds is { } thresholds) yield return $"the thresholds {string.Join(", ", thresholds)}";
        if (artifact.Tokenizer.Rule != TextRule.None) yield return $"the text rule {artifact.Tokenizer.Rule}: apply it to texts first";
        if (artifact.LongText != LongTextPolicy.Truncate) yield return $"the policy for long texts, {artifact.LongText}";
        if (artifact.Proof is not null || artifact.Probes.Count > 0) yield return "proof and probes of the export";
        if (artifact.Training is not null) yield return "the record of the training";
    }
}
