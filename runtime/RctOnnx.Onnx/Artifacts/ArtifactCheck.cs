using System.Runtime.InteropServices;

namespace RctOnnx.Onnx;

/// <summary>Whether the parts of an artifact fit one another.</summary>
public static class ArtifactCheck
{
    private const int ListedFaults = 20;
    private const int LargestHeadWidth = 1 << 16; // as wide as no sensible head, and small enough that shapes do not overflow

    /// <summary>Throws <see cref="ModelFileException"/> that lists the faults together.</summary>
    public static void Validate(ModelArtifact artifact)
    {
        List<string> faults = CheckDescription(artifact);
        CheckWeights(artifact, faults);
        if (artifact.Encoder.LayerCount <= artifact.Weights.Count) CheckQuantization(artifact, faults);
        Throw(faults);
    }

    /// <summary>The same for a model whose weights are not known.</summary>
    internal static void Validate(ModelDescription description) => Throw(CheckDescription(description));

    internal static List<string> CheckDescription(ModelDescription artifact)
    {
        artifact.Encoder.Validate();
        List<string> faults = [];
        int labels = artifact.Labels.Count;
        if (artifact.Head.Kind is HeadKind.None or HeadKind.MaskedLm ? labels != 0 : labels == 0)
            faults.Add($"a head of kind {artifact.Head.Kind} with {labels} labels");
        if (artifact.Head.Kind != HeadKind.None && artifact.ProblemType is (ProblemType.SingleLabel or ProblemType.Ordinal) && labels == 1)
            faults.Add($"a {artifact.ProblemType} model with one label, whose score would always be 1: two labels at least, or another problem type");
        CheckHead(artifact, faults);
        CheckDocument(artifact, faults);
        KindCheck.Add(artifact, faults);
        TaskCheck.Check(artifact, faults);
        CheckPairs(artifact, faults);
        if (artifact.Labels.Distinct().Count() != labels) faults.Add("a label that stands twice");
        if (artifact.Labels.Any(string.IsNullOrEmpty)) faults.Add("a label without a name");
        if (artifact.Vocabulary.Count != artifact.Encoder.VocabularySize)
            faults.Add($"{artifact.Vocabulary.Count} pieces for {artifact.Encoder.VocabularySize} rows of the word table");
        if (new HashSet<string>(artifact.Vocabulary).Count != artifact.Vocabulary.Count) faults.Add("a piece that stands twice in the vocabulary");
        if (artifact.MaxLength < 3 || artifact.MaxLength > artifact.Encoder.PositionCount)
            faults.Add($"a maximum length of {artifact.MaxLength}, expected 3 to {artifact.Encoder.PositionCount} (the positions)");
        float temperature = (float)artifact.Calibration.Temperature; // as the graph divides by it: 1e-50 would be 0
        if (!(temperature > 0 && float.IsFinite(temperature)))
            faults.Add($"a temperature of {artifact.Calibration.Temperature}, expected a positive number in the range of fp32");
        if (artifact.Calibration.Thresholds is { } thresholds && thresholds.Count != labels)
            faults.Add($"{thresholds.Count} thresholds for {labels} labels");
        if (artifact.Calibration.Thresholds?.Any(threshold => threshold is not (>= 0 and <= 1)) == true)
            faults.Add("a threshold that is not from 0 to 1");
        if (artifact.WeightLimit is not (ModelQuantizer.SafeLimit or sbyte.MaxValue))
            faults.Add($"a weight limit of {artifact.WeightLimit}, expected {ModelQuantizer.SafeLimit} or {sbyte.MaxValue}");
        CheckProbes(artifact, faults);
        return faults;
    }

    private static void CheckHead(ModelDescription artifact, List<string> faults)
    {
        bool isOrdinal = artifact.Head.Kind != HeadKind.None && artifact.ProblemType == ProblemType.Ordinal;
        if (artifact.Head.IsCumulative != isOrdinal)
            faults.Add($"a head {(artifact.Head.IsCumulative ? "with" : "without")} ordered thresholds for a model that is {artifact.ProblemType}: they belong to {ProblemType.Ordinal} models with a head");
        if ((artifact.Head.Kind == HeadKind.Mlp) != (artifact.Head.HiddenWidths is { Count: > 0 }))
            faults.Add($"a head of kind {artifact.Head.Kind} with {artifact.Head.HiddenWidths?.Count ?? 0} hidden layers: {HeadKind.Mlp} has one at least, other kinds none");
        if (artifact.Head.HiddenWidths?.Any(width => width is < 1 or > LargestHeadWidth) == true)
            faults.Add($"hidden layers of the widths {string.Join(", ", artifact.Head.HiddenWidths)}, expected 1 to {LargestHeadWidth}");
    }

    private static void CheckDocument(ModelDescription artifact, List<string> faults)
    {
        bool isDocument = artifact.Head.Pooling == Pooling.Separators;
        if (isDocument != artifact.Document is not null) faults.Add($"{artifact.Head.Pooling} pooling {(isDocument ? "without" : "with")} a rule for documents");
        if (artifact.Document is not { } rule) return;
        if (artifact.Head.Kind == HeadKind.None || artifact.ProblemType != ProblemType.SingleLabel)
            faults.Add($"a document model that is {artifact.ProblemType} with a head of kind {artifact.Head.Kind}, expected {ProblemType.SingleLabel} with a head: each sentence has one label");
        if (rule.SentenceLength < 1 || rule.SentenceLength > artifact.MaxLength - 2)
            faults.Add($"sentences of at most {rule.SentenceLength} pieces, expected 1 to {artifact.MaxLength - 2} (the maximum length without [CLS] and [SEP])");
        if (rule.Overlap < 0) faults.Add($"rows that share {rule.Overlap} sentences, expected 0 or more");
    }

    private static void CheckPairs(ModelDescription artifact, List<string> faults)
    {
        if (artifact.PairEncoding is null) return;
        if (artifact.Head.Kind == HeadKind.None) faults.Add("two encoders without a head: features of pairs are combined for one");
        if (artifact.Document is not null) faults.Add("two encoders and a rule for documents: pairs are two single texts");
        if (artifact.MoreTasks.Count > 0) faults.Add("two encoders and several tasks: expected one task");
    }

    private static void Throw(List<string> faults)
    {
        if (faults.Count == 0) return;
        string more = faults.Count > ListedFaults ? $"; and {faults.Count - ListedFaults} more" : "";
        throw new ModelFileException($"The parts of the model do not fit together: {string.Join("; ", faults.Take(ListedFaults))}{more}. Export the model again.");
    }

    private static void CheckProbes(ModelDescription artifact, List<string> faults)
    {
        foreach (Probe? probe in artifact.Probes)
        {
            if (probe is null || probe.Ids.Count == 0 || probe.Ids.Count > artifact.Encoder.PositionCount)
                faults.Add($"a probe of {probe?.Ids.Count ?? 0} tokens, expected 1 to {artifact.Encoder.PositionCount}");
            else if (probe.Pair is null != artifact.PairEncoding is null || probe.Pair is null != probe.PairIds is null || probe.PairIds is { Count: 0 } || probe.PairIds?.Count > artifact.Encoder.PositionCount)
                faults.Add($"a probe {(probe.Pair is null ? "without" : "with")} a second text of 1 to {artifact.Encoder.PositionCount} tokens: it belongs to models with two encoders");
            else if (probe.Ids.Concat(probe.PairIds ?? []).Any(id => id < 0 || id >= artifact.Encoder.VocabularySize))
                faults.Add($"a probe with an id outside 0 to {artifact.Encoder.VocabularySize - 1}");
            else if (artifact.Head.Kind != HeadKind.None && probe.Logits.Count != artifact.AnswerWidth)
                faults.Add($"a probe with {probe.Logits.Count} logits, expected {artifact.AnswerWidth}");
        }
    }

    private static void CheckWeights(ModelArtifact artifact, List<string> faults)
    {
        if (artifact.Encoder.LayerCount > artifact.Weights.Count)
        {
            // A list of all that is missing would be as long as a hostile configuration wants it to be.
            faults.Add($"{artifact.Weights.Count} weights for {artifact.Encoder.LayerCount} layers");
            return;
        }
        HashSet<string> expected = [];
        foreach ((string name, long[] shape) in WeightShapes.Of(artifact))
        {
            expected.Add(name);
            if (!artifact.Weights.TryGetValue(name, out TensorData? weight)) faults.Add($"no weight '{name}'");
            else if (!weight.Shape.SequenceEqual(shape))
                faults.Add($"'{name}' of shape [{string.Join(", ", weight.Shape)}], expected [{string.Join(", ", shape)}]");
        }
        foreach (string name in artifact.Weights.Keys.Where(name => !expected.Contains(name)))
            faults.Add($"a weight '{name}' that the configuration has no place for");
    }

    private static void CheckQuantization(ModelArtifact artifact, List<string> faults)
    {
        Dictionary<string, int> axes = new() { [TensorNames.WordEmbeddings] = 0, [TensorNames.Second + TensorNames.WordEmbeddings] = 0 };
        Dictionary<string, string[]> points = QuantizationPoints.Of(artifact).ToDictionary();
        foreach (string layer in points.Values.SelectMany(layers => layers)) axes[TensorNames.Weight(layer)] = 1;
        foreach ((string name, TensorData weight) in artifact.Weights)
        {
            if (weight.Scales is not { } scales) continue;
            if (!axes.TryGetValue(name, out int axis)) faults.Add($"an int8 weight '{name}', which is never int8");
            else if (scales.Axis != axis) faults.Add($"scales of '{name}' along axis {scales.Axis}, expected {axis}");
            else if (axis == 1 && MemoryMarshal.Cast<byte, sbyte>(weight.Bytes.Span).ContainsAnyExceptInRange((sbyte)-artifact.WeightLimit, (sbyte)artifact.WeightLimit))
                faults.Add($"an int8 weight in '{name}' beyond ±{artifact.WeightLimit}, the limit of this model");
            if (scales.Values.Any(scale => !(scale > 0 && float.IsFinite(scale)))) faults.Add($"a scale of '{name}' that is no positive number");
        }
        foreach ((string name, InputQuantization input) in artifact.Inputs)
        {
            if (!points.TryGetValue(name, out string[]? layers)) faults.Add($"an int8 input '{name}' that the configuration has no place for");
            else if (layers.Any(layer => artifact.Weights.GetValueOrDefault(TensorNames.Weight(layer))?.Scales is null)) faults.Add($"an int8 input '{name}' of a layer without int8 weights");
            if (!(input.Scale > 0 && float.IsFinite(input.Scale))) faults.Add($"a scale {input.Scale} of the input '{name}', expected a positive number");
        }
    }
}
