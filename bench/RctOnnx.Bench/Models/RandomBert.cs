using RctOnnx.Onnx;

namespace RctOnnx.Bench.Models;

/// <summary>
/// BERT classifiers of any size with random weights, for measuring cost: time does not depend on the values as long as they are
/// of ordinary size. The vocabulary is BERT's size and spells nothing.
/// </summary>
internal static class RandomBert
{
    private const int VocabularySize = 30522;

    /// <summary>A model; the feed-forward layers are four times as wide, heads are 32 wide.</summary>
    public static ModelArtifact Create(int layers, int width, int labelCount = 5, int seed = 1)
    {
        EncoderConfig encoder = new()
        {
            Architecture = Architecture.Bert,
            VocabularySize = VocabularySize,
            EmbeddingWidth = width,
            HiddenWidth = width,
            LayerCount = layers,
            HeadCount = width / 32,
            IntermediateWidth = 4 * width,
            PositionCount = 512,
        };
        HeadConfig head = new() { Kind = HeadKind.Linear, Pooling = Pooling.Pooler };
        Random random = new(seed);
        return new ModelArtifact
        {
            Encoder = encoder,
            Head = head,
            ProblemType = ProblemType.SingleLabel,
            Labels = [.. Enumerable.Range(0, labelCount).Select(i => $"label {i}")],
            MaxLength = encoder.PositionCount,
            Tokenizer = new TokenizerSettings { LowerCase = true },
            Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(5, VocabularySize - 5).Select(id => $"piece{id}")],
            Weights = WeightShapes.Of(encoder, head, labelCount).ToDictionary(weight => weight.Key, weight => Values(random, weight.Key, weight.Value)),
        };
    }

    /// <summary>The same in int8, with activation scales that fit normalised states.</summary>
    public static ModelArtifact Quantize(ModelArtifact artifact)
    {
        InputQuantization ordinary = new(0.05f, 128);
        return ModelQuantizer.Quantize(artifact, QuantizationPoints.Of(artifact.Encoder).ToDictionary(point => point.Key, _ => ordinary));
    }

    private static TensorData Values(Random random, string name, long[] shape)
    {
        float center = name.EndsWith("norm.weight", StringComparison.Ordinal) ? 1 : 0;
        float[] values = new float[shape.Aggregate(1L, (count, extent) => count * extent)];
        for (int i = 0; i < values.Length; i++) values[i] = center + (random.NextSingle() - 0.5f) * 0.12f;
        return TensorData.FromFloats(values, shape);
    }
}
