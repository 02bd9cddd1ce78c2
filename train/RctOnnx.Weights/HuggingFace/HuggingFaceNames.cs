using RctOnnx.Onnx;

namespace RctOnnx.Weights.HuggingFace;

/// <summary>
/// The table between canonical names and those of Hugging Face checkpoints, both ways. PyTorch keeps the matrices of linear
/// layers as [outputs, inputs]: they are transposed on the way.
/// </summary>
public static class HuggingFaceNames
{
    /// <summary>
    /// Parts of a checkpoint that a classifier has no use for: position counters that older versions saved, heads of the
    /// pre-training tasks.
    /// </summary>
    private static readonly string[] Ignorable =
        ["embeddings.position_ids", "embeddings.token_type_ids", "cls.", "discriminator_predictions.", "generator_predictions.", "generator_lm_head.", "qa_outputs.", "sequence_summary."];

    /// <summary>The checkpoint's name of a weight, without the encoder's prefix; heads have none.</summary>
    public static string ToHuggingFace(string canonical, EncoderConfig encoder, HeadKind head, ProblemType problem = ProblemType.SingleLabel)
    {
        (string layer, string kind) = Split(canonical);
        string? own = layer switch
        {
            "embeddings.word" => "embeddings.word_embeddings",
            "embeddings.position" => "embeddings.position_embeddings",
            "embeddings.token_type" => "embeddings.token_type_embeddings",
            TensorNames.EmbeddingNorm => "embeddings.LayerNorm",
            TensorNames.EmbeddingProjection => "embeddings_project",
            TensorNames.Pooler => "pooler.dense",
            // Transformers has no such heads: the names are in no checkpoint.
            _ when canonical.StartsWith("head.hidden.", StringComparison.Ordinal) || canonical == TensorNames.HeadThresholds => canonical,
            TensorNames.HeadDense => problem == ProblemType.MultipleChoice ? "sequence_summary.summary" : "classifier.dense",
            TensorNames.HeadOutput when problem == ProblemType.QuestionAnswering => "qa_outputs",
            TensorNames.HeadOutput => head == HeadKind.Electra && problem != ProblemType.MultipleChoice ? "classifier.out_proj" : "classifier",
            TensorNames.MaskedDense => encoder.Architecture == Architecture.Bert ? "cls.predictions.transform.dense" : "generator_predictions.dense",
            TensorNames.MaskedNorm => encoder.Architecture == Architecture.Bert ? "cls.predictions.transform.LayerNorm" : "generator_predictions.LayerNorm",
            _ when canonical == TensorNames.MaskedOutputBias => encoder.Architecture == Architecture.Bert ? "cls.predictions" : "generator_lm_head",
            _ => null,
        };
        for (int i = 0; own is null && i < encoder.LayerCount; i++)
        {
            string prefix = $"encoder.layer.{i}";
            if (layer == TensorNames.AttentionNorm(i)) own = prefix + ".attention.output.LayerNorm";
            else if (layer == TensorNames.Attention(i, "output")) own = prefix + ".attention.output.dense";
            else if (layer == TensorNames.Intermediate(i)) own = prefix + ".intermediate.dense";
            else if (layer == TensorNames.FeedForwardOutput(i)) own = prefix + ".output.dense";
            else if (layer == TensorNames.FeedForwardNorm(i)) own = prefix + ".output.LayerNorm";
            else if (layer.StartsWith(prefix + ".attention.", StringComparison.Ordinal)) own = layer.Replace(".attention.", ".attention.self.", StringComparison.Ordinal);
        }
        return $"{own ?? throw new ModelFileException($"The weight '{canonical}' has no place in the Hugging Face layout.")}.{kind}";
    }

    /// <summary>Whether a weight is the [inputs, outputs] matrix of a linear layer, which PyTorch keeps transposed.</summary>
    public static bool IsLinear(string canonical) =>
        canonical.EndsWith(".weight", StringComparison.Ordinal)
        && canonical is not (TensorNames.WordEmbeddings or TensorNames.PositionEmbeddings or TensorNames.TokenTypeEmbeddings)
        && !canonical.EndsWith("norm.weight", StringComparison.Ordinal);

    // Word tables are padded to multiples of up to 128 rows, times the machines that share them; a vocabulary that is shorter by
    // more belongs to another model.
    private const int MostUnreachableRows = 1024;

    /// <summary>Canonical weights of an encoder with a head from a checkpoint's tensors.</summary>
    /// <param name="config">The encoder as config.json has it.</param>
    /// <param name="head">The head that the result shall have.</param>
    /// <param name="labelCount">Number of its labels.</param>
    /// <param name="tensors">Tensors by their names in the checkpoint, with the prefix <c>bert.</c> or <c>electra.</c> or none.</param>
    /// <param name="pieceCount">Pieces of the vocabulary; rows of the word table beyond them are padding and are left out. Null: not looked at.</param>
    /// <param name="problem">What the head is for, by which its names differ.</param>
    /// <exception cref="ModelFileException">
    /// A weight of the encoder is missing, a shape differs, a tensor has no use that is known, or the vocabulary does not fit the word table.
    /// </exception>
    public static ImportedWeights Import(
        EncoderConfig config, HeadConfig head, int labelCount, IReadOnlyDictionary<string, TensorData> tensors, int? pieceCount = null, ProblemType problem = ProblemType.SingleLabel)
    {
        int unreachable = config.VocabularySize - (pieceCount ?? config.VocabularySize);
        if (unreachable is < 0 or > MostUnreachableRows)
            throw new ModelFileException($"The vocabulary has {pieceCount} pieces, but config.json states {config.VocabularySize} rows of the word table; expected as many, or up to {MostUnreachableRows} rows more (padding). Take the vocabulary that belongs to the checkpoint.");
        Dictionary<string, TensorData> modern = Modernise(tensors, config.Architecture);
        Dictionary<string, TensorData> weights = [];
        List<string> missing = [], faults = [], missingHead = [];
        HashSet<string> used = [];
        foreach ((string name, long[] shape) in WeightShapes.Of(config, head, labelCount))
        {
            string key = ToHuggingFace(name, config, head.Kind, problem);
            if (!modern.TryGetValue(key, out TensorData? tensor))
            {
                (IsHead(name) ? missingHead : missing).Add(key);
                continue;
            }
            used.Add(key);
            bool transpose = IsLinear(name);
            long[] expected = transpose ? [shape[1], shape[0]] : shape;
            if (!tensor.Shape.SequenceEqual(expected))
                faults.Add($"'{key}' has the shape [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", expected)}]");
            else if (name == TensorNames.WordEmbeddings && unreachable > 0)
                weights[name] = TensorData.FromFloats(tensor.ToFloats()[..^(unreachable * config.EmbeddingWidth)], shape[0] - unreachable, shape[1]);
            else if (name == TensorNames.MaskedOutputBias && unreachable > 0)
                weights[name] = TensorData.FromFloats(tensor.ToFloats()[..^unreachable], shape[0] - unreachable);
            else
                weights[name] = transpose ? tensor.Transposed() : TensorData.FromFloats(tensor.ToFloats(), shape);
        }
        List<string> unused = [.. modern.Keys.Where(key => !used.Contains(key))];
        // A head that is not wanted, or of another kind, is reported like the heads of the pre-training tasks.
        List<string> ignored = [.. unused.Where(key => Ignorable.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))
            || key.StartsWith("classifier.", StringComparison.Ordinal) || key.StartsWith("pooler.", StringComparison.Ordinal))];
        faults.AddRange(missing.Select(key => $"'{key}' is missing"));
        faults.AddRange(unused.Except(ignored).Select(key => $"'{key}' has no use here"));
        if (faults.Count > 0)
            throw new ModelFileException($"The checkpoint does not fit its config.json: {string.Join("; ", faults.Take(12))}{(faults.Count > 12 ? $"; and {faults.Count - 12} more" : "")}.");
        return new ImportedWeights
        {
            Weights = weights,
            Encoder = config with { VocabularySize = config.VocabularySize - unreachable },
            UnreachableRows = unreachable,
            MissingHead = missingHead,
            Ignored = ignored,
            SourceTypes = [.. tensors.Values.Select(tensor => tensor.Type).Distinct().Order()],
        };
    }

    /// <summary>The tensors of an artifact under the checkpoint's names, matrices transposed back.</summary>
    public static IReadOnlyList<KeyValuePair<string, TensorData>> Export(ModelArtifact artifact)
    {
        string prefix = artifact.Head.Kind == HeadKind.None ? "" : Prefix(artifact.Encoder.Architecture);
        List<KeyValuePair<string, TensorData>> tensors = [];
        artifact = ModelQuantizer.Dequantize(artifact);
        foreach ((string name, _) in WeightShapes.Of(artifact.Encoder, artifact.Head, artifact.Labels.Count))
        {
            string key = ToHuggingFace(name, artifact.Encoder, artifact.Head.Kind, artifact.ProblemType);
            bool isHead = IsHead(name) && !name.StartsWith("pooler.", StringComparison.Ordinal);
            TensorData weight = artifact.Weights[name];
            tensors.Add(new((isHead ? "" : prefix) + key, IsLinear(name) ? weight.Transposed() : weight));
        }
        return tensors;
    }

    private static bool IsHead(string canonical) =>
        canonical.StartsWith("head.", StringComparison.Ordinal) || canonical.StartsWith("masked_lm.", StringComparison.Ordinal) || canonical.StartsWith("pooler.", StringComparison.Ordinal);

    private static string Prefix(Architecture architecture) => architecture == Architecture.Bert ? "bert." : "electra.";

    // Without the encoder's prefix, and with today's names for what was once gamma and beta.
    private static Dictionary<string, TensorData> Modernise(IReadOnlyDictionary<string, TensorData> tensors, Architecture architecture)
    {
        string prefix = Prefix(architecture);
        Dictionary<string, TensorData> modern = [];
        foreach ((string name, TensorData tensor) in tensors)
        {
            string key = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
            if (key.EndsWith("LayerNorm.gamma", StringComparison.Ordinal)) key = key[..^5] + "weight";
            if (key.EndsWith("LayerNorm.beta", StringComparison.Ordinal)) key = key[..^4] + "bias";
            if (!modern.TryAdd(key, tensor)) throw new ModelFileException($"The checkpoint holds '{key}' twice, with and without the prefix '{prefix}'.");
        }
        return modern;
    }

    private static (string Layer, string Kind) Split(string canonical)
    {
        int dot = canonical.LastIndexOf('.');
        return (canonical[..dot], canonical[(dot + 1)..]);
    }
}
