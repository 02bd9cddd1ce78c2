namespace RctOnnx.Onnx;

/// <summary>Whether the parts of an artifact fit one another.</summary>
public static class ArtifactCheck
{
    /// <summary>Throws <see cref="ModelFileException"/> that lists every fault together.</summary>
    public static void Validate(ModelArtifact artifact)
    {
        artifact.Encoder.Validate();
        List<string> faults = [];
        int labels = artifact.Labels.Count;
        if (artifact.Head.Kind == HeadKind.None ? labels != 0 : labels == 0)
            faults.Add($"a head of kind {artifact.Head.Kind} with {labels} labels");
        if (artifact.Head.Kind != HeadKind.None && artifact.ProblemType == ProblemType.SingleLabel && labels == 1)
            faults.Add("a single-label model with one label, whose score would always be 1: two labels at least, or another problem type");
        if (artifact.Labels.Distinct().Count() != labels) faults.Add("a label that stands twice");
        if (artifact.Vocabulary.Count != artifact.Encoder.VocabularySize)
            faults.Add($"{artifact.Vocabulary.Count} pieces for {artifact.Encoder.VocabularySize} rows of the word table");
        if (artifact.Vocabulary.Distinct().Count() != artifact.Vocabulary.Count) faults.Add("a piece that stands twice in the vocabulary");
        if (artifact.MaxLength < 3 || artifact.MaxLength > artifact.Encoder.PositionCount)
            faults.Add($"a maximum length of {artifact.MaxLength}, expected 3 to {artifact.Encoder.PositionCount} (the positions)");
        if (!(artifact.Calibration.Temperature > 0 && double.IsFinite(artifact.Calibration.Temperature)))
            faults.Add($"a temperature of {artifact.Calibration.Temperature}, expected a positive number");
        if (artifact.Calibration.Thresholds is { } thresholds && thresholds.Count != labels)
            faults.Add($"{thresholds.Count} thresholds for {labels} labels");
        CheckWeights(artifact, faults);
        if (faults.Count > 0)
            throw new ModelFileException($"The parts of the model do not fit together: {string.Join("; ", faults)}. Export the model again.");
    }

    private static void CheckWeights(ModelArtifact artifact, List<string> faults)
    {
        HashSet<string> expected = [];
        foreach ((string name, long[] shape) in WeightShapes.Of(artifact.Encoder, artifact.Head, artifact.Labels.Count))
        {
            expected.Add(name);
            if (!artifact.Weights.TryGetValue(name, out TensorData? weight)) faults.Add($"no weight '{name}'");
            else if (!weight.Shape.SequenceEqual(shape))
                faults.Add($"'{name}' of shape [{string.Join(", ", weight.Shape)}], expected [{string.Join(", ", shape)}]");
        }
        foreach (string name in artifact.Weights.Keys.Where(name => !expected.Contains(name)))
            faults.Add($"a weight '{name}' that the configuration has no place for");
    }
}
