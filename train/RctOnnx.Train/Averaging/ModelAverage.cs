using RctOnnx.Onnx;

namespace RctOnnx.Train.Averaging;

/// <summary>
/// The mean of the weights of models that were fine-tuned from one base ("model soup", Wortsman et al. 2022, arXiv:2203.05482): the speed of
/// one model with something of the accuracy of an ensemble. Models of different bases have nothing in common that a mean would keep.
/// </summary>
public static class ModelAverage
{
    /// <summary>A model with the mean of all weights, and everything else from the first one but thresholds and temperature, which belong to the old weights.</summary>
    /// <param name="models">Name and content, two at least, in fp32.</param>
    /// <exception cref="SettingsException">There are fewer than two, or a model differs from the first in more than its weights; names the difference.</exception>
    public static ModelArtifact Of(IReadOnlyList<(string Name, ModelArtifact Model)> models)
    {
        if (models.Count < 2) throw new SettingsException($"{models.Count} model is given to be averaged, expected two or more that were trained from the same base.");
        (string firstName, ModelArtifact first) = models[0];
        foreach ((string name, ModelArtifact model) in models.Skip(1))
            if (Differences(first, model) is { Count: > 0 } faults)
                throw new SettingsException($"'{name}' cannot be averaged with '{firstName}': {string.Join("; ", faults)}. Average models that were trained from the same base for the same labels.");
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, TensorData tensor) in first.Weights)
        {
            float[] mean = tensor.ToFloats();
            for (int i = 1; i < models.Count; i++)
            {
                float[] other = models[i].Model.Weights[name].ToFloats();
                for (int j = 0; j < mean.Length; j++) mean[j] += (other[j] - mean[j]) / (i + 1);
            }
            weights.Add(name, TensorData.FromFloats(mean, [.. tensor.Shape]));
        }
        return first with { Weights = weights, Calibration = new Calibration(), MoreTasks = [.. first.MoreTasks.Select(task => task with { Calibration = new Calibration() })], Training = null, Proof = null, Probes = [] };
    }

    private static List<string> Differences(ModelArtifact first, ModelArtifact other)
    {
        List<string> faults = [];
        if (!first.Labels.SequenceEqual(other.Labels)) faults.Add($"its labels are {string.Join(", ", other.Labels)}, expected {string.Join(", ", first.Labels)}");
        if (first.ProblemType != other.ProblemType) faults.Add($"its problem is {other.ProblemType}, expected {first.ProblemType}");
        if (first.Tokenizer != other.Tokenizer || !first.Vocabulary.SequenceEqual(other.Vocabulary)) faults.Add("its tokenizer is another one");
        // Hidden widths are compared as shapes of weights; dropout is over.
        if (Bare(first.Head) != Bare(other.Head)) faults.Add("its head is another one");
        if (first.MaxLength != other.MaxLength) faults.Add($"its maximum length is {other.MaxLength}, expected {first.MaxLength}");
        if (!Tasks(first).SequenceEqual(Tasks(other))) faults.Add($"its tasks are {string.Join("; ", Tasks(other))}, expected {string.Join("; ", Tasks(first))}");
        if (first.PairEncoding != other.PairEncoding) faults.Add("it reads pairs in another way");
        if (first.Document != other.Document) faults.Add("it reads documents in another way");
        if (first.Encoder != other.Encoder) faults.Add($"its encoder is another one ({other.Encoder.LayerCount} layers of width {other.Encoder.HiddenWidth}, expected {first.Encoder.LayerCount} of {first.Encoder.HiddenWidth})");
        else if (first.Weights.FirstOrDefault(pair => !other.Weights.TryGetValue(pair.Key, out TensorData? same) || !same.Shape.SequenceEqual(pair.Value.Shape)).Key is { } name) faults.Add($"its weight '{name}' is missing or has another shape");
        return faults;
    }

    private static IEnumerable<string> Tasks(ModelArtifact model) =>
        model.MoreTasks.Count == 0 ? ["one"] : model.Tasks.Select(task => $"{task.Name} ({task.ProblemType}: {string.Join(", ", task.Labels)})");

    private static HeadConfig Bare(HeadConfig head) => head with { HiddenWidths = null, Dropout = 0 };
}
