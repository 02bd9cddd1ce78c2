using RctOnnx.Onnx;

namespace RctOnnx.Train.Pretraining;

/// <summary>The masked language model's own weights: their shapes, fresh ones, and those of a Hugging Face checkpoint.</summary>
internal static class MaskedHeadWeights
{
    /// <summary>Canonical name and shape of every weight.</summary>
    public static IReadOnlyList<KeyValuePair<string, long[]>> Shapes(EncoderConfig encoder) =>
    [
        new(TensorNames.Weight(TensorNames.MaskedDense), [encoder.HiddenWidth, encoder.EmbeddingWidth]),
        new(TensorNames.Bias(TensorNames.MaskedDense), [encoder.EmbeddingWidth]),
        new(TensorNames.Weight(TensorNames.MaskedNorm), [encoder.EmbeddingWidth]),
        new(TensorNames.Bias(TensorNames.MaskedNorm), [encoder.EmbeddingWidth]),
        new(TensorNames.MaskedOutputBias, [encoder.VocabularySize]),
    ];

    /// <summary>The weights of a model file, or null where it is no masked language model.</summary>
    public static IReadOnlyDictionary<string, TensorData>? Of(ModelArtifact model) => model.Head.Kind != HeadKind.MaskedLm ? null
        : Shapes(model.Encoder).ToDictionary(weight => weight.Key, weight => model.Weights[weight.Key]);

    /// <summary>The weights of a checkpoint, or null where it has no such head.</summary>
    /// <param name="encoder">The encoder as config.json has it.</param>
    /// <param name="tensors">Tensors by their names in the checkpoint.</param>
    /// <param name="unreachableRows">Values at the end of the output bias that are left out, as rows of the word table were.</param>
    /// <exception cref="ModelFileException">A part of the head is there and another is missing or has a wrong shape.</exception>
    public static IReadOnlyDictionary<string, TensorData>? Import(EncoderConfig encoder, IReadOnlyDictionary<string, TensorData> tensors, int unreachableRows = 0)
    {
        Dictionary<string, TensorData> found = [];
        List<string> faults = [];
        foreach ((string name, long[] shape) in Shapes(encoder))
        {
            string[] keys = Keys(name, encoder.Architecture);
            if (keys.FirstOrDefault(tensors.ContainsKey) is not { } key)
            {
                faults.Add($"'{keys[0]}' is missing");
                continue;
            }
            bool isMatrix = shape.Length == 2;
            long[] expected = isMatrix ? [shape[1], shape[0]] : shape;
            if (!tensors[key].Shape.SequenceEqual(expected))
                faults.Add($"'{key}' has the shape [{string.Join(", ", tensors[key].Shape)}], expected [{string.Join(", ", expected)}]");
            else found[name] = isMatrix ? tensors[key].Transposed() : TensorData.FromFloats(tensors[key].ToFloats(), shape);
        }
        if (faults.Count == Shapes(encoder).Count && found.Count == 0) return null;
        if (unreachableRows > 0 && found.TryGetValue(TensorNames.MaskedOutputBias, out TensorData? bias))
            found[TensorNames.MaskedOutputBias] = TensorData.FromFloats(bias.ToFloats()[..^unreachableRows], bias.ElementCount - unreachableRows);
        return faults.Count == 0 ? found : throw new ModelFileException($"The masked language model's head does not fit its config.json: {string.Join("; ", faults)}.");
    }

    // Today's name, then the one from before 2020 where there was another.
    private static string[] Keys(string canonical, Architecture architecture)
    {
        bool bert = architecture == Architecture.Bert;
        string transform = bert ? "cls.predictions.transform." : "generator_predictions.";
        return canonical switch
        {
            "masked_lm.dense.weight" => [transform + "dense.weight"],
            "masked_lm.dense.bias" => [transform + "dense.bias"],
            "masked_lm.norm.weight" => [transform + "LayerNorm.weight", transform + "LayerNorm.gamma"],
            "masked_lm.norm.bias" => [transform + "LayerNorm.bias", transform + "LayerNorm.beta"],
            _ => [bert ? "cls.predictions.bias" : "generator_lm_head.bias"],
        };
    }
}
