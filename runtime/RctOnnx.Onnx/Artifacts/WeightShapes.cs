namespace RctOnnx.Onnx;

/// <summary>The parts list of a model: every canonical weight with its shape, in a fixed order.</summary>
public static class WeightShapes
{
    /// <summary>Name and shape of every weight of a model, with the heads of all its tasks.</summary>
    public static IReadOnlyList<KeyValuePair<string, long[]>> Of(ModelDescription model) => model.PairEncoding is { } pairs
        ? OfPairs(model.Encoder, model.Head, model.Labels.Count, pairs)
        :
        [
            .. Of(model.Encoder, model.Head, model.Labels.Count),
            .. model.MoreTasks.SelectMany(task => OfTask(model.Encoder, task)),
        ];

    /// <summary>Name and shape of every weight of a model that reads pairs by two encoders.</summary>
    public static IReadOnlyList<KeyValuePair<string, long[]>> OfPairs(EncoderConfig encoder, HeadConfig head, int labelCount, PairEncoding pairs)
    {
        IReadOnlyList<KeyValuePair<string, long[]>> one = Of(encoder, new HeadConfig { Kind = HeadKind.None, Pooling = head.Pooling }, 0);
        return
        [
            .. one,
            .. pairs.IsShared ? [] : one.Select(weight => KeyValuePair.Create(TensorNames.Second + weight.Key, weight.Value)),
            .. OfHead(pairs.FeatureWidth(encoder.HiddenWidth), head, labelCount),
        ];
    }

    /// <summary>Name and shape of every weight of the head of a task that is not the first.</summary>
    public static IEnumerable<KeyValuePair<string, long[]>> OfTask(EncoderConfig encoder, TaskDescription task) =>
        OfHead(encoder.HiddenWidth, task.Head, task.Labels.Count).Select(weight => KeyValuePair.Create(TensorNames.Task(task.Name) + weight.Key, weight.Value));

    /// <summary>Name and shape of every weight of an encoder with a head; <paramref name="labelCount"/> is ignored without a head.</summary>
    public static IReadOnlyList<KeyValuePair<string, long[]>> Of(EncoderConfig encoder, HeadConfig head, int labelCount)
    {
        List<KeyValuePair<string, long[]>> shapes = [];
        long embedding = encoder.EmbeddingWidth, hidden = encoder.HiddenWidth, inner = encoder.IntermediateWidth;
        shapes.Add(new(TensorNames.WordEmbeddings, [encoder.VocabularySize, embedding]));
        shapes.Add(new(TensorNames.PositionEmbeddings, [encoder.PositionCount, embedding]));
        shapes.Add(new(TensorNames.TokenTypeEmbeddings, [encoder.TokenTypeCount, embedding]));
        Norm(TensorNames.EmbeddingNorm, embedding);
        if (encoder.HasEmbeddingProjection) Linear(TensorNames.EmbeddingProjection, embedding, hidden);
        for (int layer = 0; layer < encoder.LayerCount; layer++)
        {
            foreach (string part in (string[])["query", "key", "value", "output"])
                Linear(TensorNames.Attention(layer, part), hidden, hidden);
            Norm(TensorNames.AttentionNorm(layer), hidden);
            Linear(TensorNames.Intermediate(layer), hidden, inner);
            Linear(TensorNames.FeedForwardOutput(layer), inner, hidden);
            Norm(TensorNames.FeedForwardNorm(layer), hidden);
        }
        if (head.Pooling == Pooling.Pooler) Linear(TensorNames.Pooler, hidden, hidden);
        if (head.Kind == HeadKind.MaskedLm)
        {
            Linear(TensorNames.MaskedDense, hidden, embedding);
            Norm(TensorNames.MaskedNorm, embedding);
            shapes.Add(new(TensorNames.MaskedOutputBias, [encoder.VocabularySize]));
            return shapes;
        }
        shapes.AddRange(OfHead(hidden, head, labelCount));
        return shapes;

        void Linear(string name, long inputs, long outputs)
        {
            shapes.Add(new(TensorNames.Weight(name), [inputs, outputs]));
            shapes.Add(new(TensorNames.Bias(name), [outputs]));
        }

        void Norm(string name, long width)
        {
            shapes.Add(new(TensorNames.Weight(name), [width]));
            shapes.Add(new(TensorNames.Bias(name), [width]));
        }
    }

    /// <summary>Name and shape of every weight of a head.</summary>
    /// <param name="below">Width of what it reads.</param>
    /// <param name="head">The head.</param>
    /// <param name="labelCount">Its labels; ignored where there is no head.</param>
    public static IReadOnlyList<KeyValuePair<string, long[]>> OfHead(long below, HeadConfig head, int labelCount)
    {
        List<KeyValuePair<string, long[]>> shapes = [];
        if (head.Kind == HeadKind.Electra) Linear(TensorNames.HeadDense, below, below);
        for (int layer = 0; layer < (head.HiddenWidths?.Count ?? 0); below = head.HiddenWidths![layer++])
            Linear(TensorNames.HeadHidden(layer), below, head.HiddenWidths![layer]);
        if (head.Kind != HeadKind.None) Linear(TensorNames.HeadOutput, below, head.OutputWidth(labelCount));
        if (head.IsCumulative) shapes.Add(new(TensorNames.HeadThresholds, [labelCount - 1]));
        return shapes;

        void Linear(string name, long inputs, long outputs)
        {
            shapes.Add(new(TensorNames.Weight(name), [inputs, outputs]));
            shapes.Add(new(TensorNames.Bias(name), [outputs]));
        }
    }
}
