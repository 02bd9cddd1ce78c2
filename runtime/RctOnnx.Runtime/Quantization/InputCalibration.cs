using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime.Quantization;

/// <summary>Sees which values reach the linear layers of a model.</summary>
internal static class InputCalibration
{
    /// <summary>The values at every point of the encoder, over all tokens of all texts, each a list of sentences. Reads the texts twice: for the ranges, then for the counts.</summary>
    /// <param name="artifact">The model.</param>
    /// <param name="texts">Each a list of sentences.</param>
    /// <param name="threads">Of ONNX Runtime.</param>
    /// <param name="report">Told what is being done and, after each text, of its sentences.</param>
    /// <param name="token">Ends the work between two texts.</param>
    /// <exception cref="ModelFileException">A value is no finite number; its place and the text are named.</exception>
    public static IReadOnlyDictionary<string, ActivationHistogram> Observe(ModelArtifact artifact, IReadOnlyList<IReadOnlyList<string>> texts, int threads, Action<string, int> report, CancellationToken token)
    {
        if (artifact.PairEncoding is { } pairs) return ObservePairs(artifact, pairs, [.. texts.Select(DevAnswers.PairOf)], threads, report, token);
        string[] points = [.. QuantizationPoints.Of(artifact.Encoder).Select(point => point.Key)];
        Dictionary<string, ActivationHistogram> histograms = points.ToDictionary(point => point, _ => new ActivationHistogram());
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(artifact.Vocabulary, artifact.Tokenizer);
        DocumentTokenizer? documents = artifact.Document is { } rule ? new DocumentTokenizer(tokenizer, rule, artifact.MaxLength) : null;
        EncodeOptions encoding = new() { MaxLength = artifact.MaxLength };
        using SessionOptions options = new() { IntraOpNumThreads = threads, EnableMemoryPattern = false };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
        using InferenceSession session = new(EncoderGraph.EmitObserved(artifact), options);
        using RunOptions run = new();
        foreach (bool counts in (bool[])[false, true])
            foreach (IReadOnlyList<string> sentences in texts)
            {
                foreach ((string text, int[] ids) in Rows(sentences)) Observe(text, ids, counts);
                report(counts ? "calibration, counts of values" : "calibration, ranges of values", sentences.Count);
            }
        return histograms;

        void Observe(string text, int[] ids, bool counts)
        {
            token.ThrowIfCancellationRequested();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
            using IDisposableReadOnlyCollection<OrtValue> values = session.Run(run, ["input_ids"], [input], points);
            for (int i = 0; i < points.Length; i++)
            {
                ReadOnlySpan<float> seen = values[i].GetTensorDataAsSpan<float>();
                ActivationHistogram histogram = histograms[points[i]];
                if (counts)
                {
                    histogram.Count(seen);
                    continue;
                }
                histogram.Widen(seen);
                if (!float.IsFinite(histogram.Lowest) || !float.IsFinite(histogram.Highest))
                    throw new ModelFileException($"The input '{points[i]}' takes values from {histogram.Lowest} to {histogram.Highest} for the calibration text \"{Start(text)}\", which have no scale. The weights before it are damaged or the training diverged: use another file.");
            }
        }

        IEnumerable<(string Text, int[] Ids)> Rows(IReadOnlyList<string> text) => documents is null
            ? text.Select(sentence => (sentence, tokenizer.Encode(sentence, options: encoding).Ids))
            : documents.Encode(text).Rows.Select(row => (text[0], row.Ids));
    }

    // Each encoder sees what it reads: shared weights both texts, separate ones each their own.
    private static Dictionary<string, ActivationHistogram> ObservePairs(ModelArtifact artifact, PairEncoding pairs, TextPair[] texts, int threads, Action<string, int> report, CancellationToken token)
    {
        IReadOnlyList<string>[] first = [.. texts.Select(pair => (IReadOnlyList<string>)[pair.First])], second = [.. texts.Select(pair => (IReadOnlyList<string>)[pair.Second])];
        Dictionary<string, ActivationHistogram> all = Observe(PairViews.Encoder(artifact, second: false), pairs.IsShared ? [.. first, .. second] : first, threads, report, token).ToDictionary();
        if (!pairs.IsShared)
            foreach ((string point, ActivationHistogram seen) in Observe(PairViews.Encoder(artifact, second: true), second, threads, report, token)) all.Add(TensorNames.Second + point, seen);
        return all;
    }

    private static string Start(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
