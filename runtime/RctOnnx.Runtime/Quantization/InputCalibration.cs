using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>Sees which values reach the linear layers of a model.</summary>
internal static class InputCalibration
{
    /// <summary>The values at every point of the encoder, over all tokens of all texts. Reads the texts twice: for the ranges, then for the counts.</summary>
    /// <param name="artifact">The model.</param>
    /// <param name="options">Has the texts.</param>
    /// <param name="report">Told what is being done and, after each text, of its answers.</param>
    /// <param name="token">Ends the work between two texts.</param>
    /// <exception cref="ModelFileException">A value is no finite number; its place and the text are named.</exception>
    public static IReadOnlyDictionary<string, ActivationHistogram> Observe(ModelArtifact artifact, QuantizationOptions options, Action<string, int> report, CancellationToken token)
    {
        if (artifact.PairEncoding is { } pairs) return ObservePairs(artifact, pairs, options, report, token);
        string[] points = [.. QuantizationPoints.Of(artifact.Encoder).Select(point => point.Key)];
        Dictionary<string, ActivationHistogram> histograms = points.ToDictionary(point => point, _ => new ActivationHistogram());
        CalibrationRows rowsOf = new(artifact, options);
        using SessionOptions session = new() { IntraOpNumThreads = options.Threads ?? Environment.ProcessorCount, EnableMemoryPattern = false };
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
        using InferenceSession observed = new(EncoderGraph.EmitObserved(artifact), session);
        string[] inputs = [.. observed.InputMetadata.Keys];
        using RunOptions run = new();
        foreach (bool counts in (bool[])[false, true])
            foreach (IReadOnlyList<string> text in options.Calibration)
            {
                TokenRows rows = AnsweringModels.Named([text], some => rowsOf.Of(some[0]));
                for (int row = 0; row < rows.Count; row++) ObserveRow(text[0], rows.Ids(row).ToArray(), rows.Types(row), counts);
                report(counts ? "calibration, counts of values" : "calibration, ranges of values", AnsweringModels.AnswersOf(artifact, text));
            }
        return histograms;

        void ObserveRow(string text, int[] ids, ReadOnlySpan<int> types, bool counts)
        {
            token.ThrowIfCancellationRequested();
            int[] kinds = types.IsEmpty ? new int[ids.Length] : types.ToArray();
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]), type = OrtValue.CreateTensorValueFromMemory(kinds, [1, ids.Length]);
            using IDisposableReadOnlyCollection<OrtValue> values = observed.Run(run, inputs, [.. inputs.Select(name => name == "input_ids" ? input : type)], points);
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
    }

    // Each encoder sees what it reads: shared weights both texts, separate ones each their own.
    private static Dictionary<string, ActivationHistogram> ObservePairs(ModelArtifact artifact, PairEncoding pairs, QuantizationOptions options, Action<string, int> report, CancellationToken token)
    {
        IReadOnlyList<string>[] first = [.. options.Calibration.Select(pair => (IReadOnlyList<string>)[pair[0]])], second = [.. options.Calibration.Select(pair => (IReadOnlyList<string>)[pair[1]])];
        Dictionary<string, ActivationHistogram> all = Observe(PairViews.Encoder(artifact, second: false), options with { Calibration = pairs.IsShared ? [.. first, .. second] : first }, report, token).ToDictionary();
        if (!pairs.IsShared)
            foreach ((string point, ActivationHistogram seen) in Observe(PairViews.Encoder(artifact, second: true), options with { Calibration = second }, report, token)) all.Add(TensorNames.Second + point, seen);
        return all;
    }

    private static string Start(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
