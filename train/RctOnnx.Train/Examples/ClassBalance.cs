using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Examples;

/// <summary>What evens out labels of unequal frequency: weights in the loss, or rows that are repeated.</summary>
internal static class ClassBalance
{
    /// <summary>The weights that the settings ask for, by class index; null for all one.</summary>
    /// <exception cref="SettingsException">The file of weights is missing, unreadable, or does not fit the labels.</exception>
    public static float[]? Weights(TrainSettings settings, IReadOnlyList<int> classes, IReadOnlyList<string> labels) => settings.ClassWeights switch
    {
        ClassWeighting.Auto => Balanced(classes, labels),
        ClassWeighting.Effective => Effective(classes, labels, settings.ClassBalanceBeta),
        ClassWeighting.File => Read(settings.ClassWeightFile!, labels),
        _ => null,
    };

    /// <summary>
    /// Indices of rows such that every label has as many as the most frequent one: all rows once, then those of rarer labels again, as
    /// often as needed; of an incomplete round the first rows of an order by the seed.
    /// </summary>
    public static int[] Oversampled(IReadOnlyList<int> classes, int labelCount, long seed)
    {
        List<int>[] rowsOf = [.. Enumerable.Range(0, labelCount).Select(_ => new List<int>())];
        for (int row = 0; row < classes.Count; row++) rowsOf[classes[row]].Add(row);
        int most = rowsOf.Max(rows => rows.Count);
        List<int> all = [.. Enumerable.Range(0, classes.Count)];
        for (int label = 0; label < labelCount; label++)
        {
            int[] rows = [.. rowsOf[label]];
            if (rows.Length == 0) continue;
            new SeededOrder(seed, -1 - label).Shuffle(rows.AsSpan());
            for (int i = rows.Length; i < most; i++) all.Add(rows[i % rows.Length]);
        }
        return [.. all];
    }

    private static float[] Balanced(IReadOnlyList<int> classes, IReadOnlyList<string> labels)
    {
        int[] counts = Counts(classes, labels);
        return [.. counts.Select(count => (float)classes.Count / (counts.Length * (float)count))];
    }

    private static float[] Effective(IReadOnlyList<int> classes, IReadOnlyList<string> labels, double beta)
    {
        double[] weights = [.. Counts(classes, labels).Select(count => (1 - beta) / (1 - Math.Pow(beta, count)))];
        double mean = weights.Average();
        return [.. weights.Select(weight => (float)(weight / mean))];
    }

    private static int[] Counts(IReadOnlyList<int> classes, IReadOnlyList<string> labels)
    {
        int[] counts = new int[labels.Count];
        foreach (int index in classes) counts[index]++;
        int empty = Array.IndexOf(counts, 0);
        return empty < 0 ? counts : throw new SettingsException($"No training row has the label '{labels[empty]}', so that class-weights has no weight for it. Leave the label out, or give weights in a file.");
    }

    private static float[] Read(string path, IReadOnlyList<string> labels)
    {
        JsonObject weights = SettingsJson.ReadObject(path);
        string[] unknown = [.. weights.Select(pair => pair.Key).Except(labels)], missing = [.. labels.Where(label => !weights.ContainsKey(label))];
        if (unknown.Length + missing.Length > 0)
            throw new SettingsException($"'{path}' needs one weight for each label and no other; missing: {List(missing)}; not known: {List(unknown)}.");
        return [.. labels.Select(label => weights[label] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() > 0
            ? (float)value.GetValue<double>()
            : throw new SettingsException($"The weight of '{label}' in '{path}' is {weights[label]?.ToJsonString() ?? "null"}, expected a positive number."))];
    }

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names);
}
