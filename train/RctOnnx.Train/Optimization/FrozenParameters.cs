namespace RctOnnx.Train.Optimization;

/// <summary>Which parameters keep the values of the base.</summary>
public static class FrozenParameters
{
    /// <summary>Everything below pooler and head.</summary>
    public const string Encoder = "encoder";

    /// <summary>The word that stands before a number of layers.</summary>
    public const string Layers = "layers:";

    /// <summary>The names that choices mean.</summary>
    /// <param name="names">Canonical names of all parameters.</param>
    /// <param name="choices">
    /// Each is <see cref="Encoder"/> (embeddings and all layers), <c>layers:N</c> (embeddings and the N lowest layers), or the beginning of
    /// names, whole parts of it, such as <c>embeddings</c> or <c>encoder.layer.3.attention</c>.
    /// </param>
    /// <param name="layerCount">Layers of the encoder.</param>
    /// <exception cref="SettingsException">A choice means nothing here, or nothing would be left to train.</exception>
    public static IReadOnlySet<string> Of(IEnumerable<string> names, IReadOnlyList<string> choices, int layerCount)
    {
        string[] all = [.. names];
        HashSet<string> frozen = [];
        foreach (string choice in choices)
        {
            string[] beginnings = Beginnings(choice, layerCount);
            string[] meant = [.. all.Where(name => beginnings.Any(start => IsPart(name, start)))];
            if (meant.Length == 0)
                throw new SettingsException($"--freeze {choice} names no parameter; expected {Encoder}, {Layers}N, or the beginning of one of these: {string.Join(", ", all.Take(8))}, …");
            frozen.UnionWith(meant);
        }
        if (frozen.Count == all.Length)
            throw new SettingsException($"--freeze {string.Join(" ", choices)} leaves nothing to train. Leave the head out.");
        return frozen;
    }

    /// <summary>Those of some names that choices mean; a choice may mean none of them.</summary>
    /// <param name="names">Canonical names.</param>
    /// <param name="choices">As in <see cref="Of"/>.</param>
    /// <param name="layerCount">Layers of the encoder.</param>
    /// <exception cref="SettingsException">A number of layers is none.</exception>
    public static IReadOnlySet<string> Matching(IEnumerable<string> names, IReadOnlyList<string> choices, int layerCount)
    {
        string[] beginnings = [.. choices.SelectMany(choice => Beginnings(choice, layerCount))];
        return names.Where(name => beginnings.Any(start => IsPart(name, start))).ToHashSet();
    }

    private static bool IsPart(string name, string start) => name == start || name.StartsWith(start + ".", StringComparison.Ordinal);

    /// <summary>Whether a parameter stands below pooler and head.</summary>
    /// <param name="name">Canonical name.</param>
    public static bool IsEncoder(string name)
    {
        ReadOnlySpan<char> own = name.StartsWith(Onnx.TensorNames.Second, StringComparison.Ordinal) ? name.AsSpan(Onnx.TensorNames.Second.Length) : name;
        return own.StartsWith("embeddings.", StringComparison.Ordinal) || own.StartsWith("encoder.", StringComparison.Ordinal);
    }

    private static string[] Beginnings(string choice, int layerCount)
    {
        if (choice == Encoder) return Both(["embeddings", "encoder"]);
        if (!choice.StartsWith(Layers, StringComparison.Ordinal)) return [choice];
        if (!int.TryParse(choice.AsSpan(Layers.Length), out int count) || count < 1 || count > layerCount)
            throw new SettingsException($"--freeze {choice} is not a number of layers; the encoder has {layerCount}, expected {Layers}1 to {Layers}{layerCount}.");
        return Both(["embeddings", .. Enumerable.Range(0, count).Select(layer => $"encoder.layer.{layer}")]);

        static string[] Both(string[] names) => [.. names, .. names.Select(name => Onnx.TensorNames.Second + name)]; // of two encoders
    }
}
