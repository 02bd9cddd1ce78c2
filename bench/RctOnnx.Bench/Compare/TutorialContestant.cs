using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Bench.Figures;

namespace RctOnnx.Bench.Compare;

/// <summary>
/// What tutorials show: BertTokenizer, texts padded to one length, one InferenceSession with its defaults, batches in given order,
/// on the portable graph of a model file.
/// </summary>
internal sealed class TutorialContestant(string model, Precision precision, PaddedTexts padded, int batch, IReadOnlyList<string> texts, int largestCount) : IContestant
{
    private static readonly string[] Outputs = ["logits"];

    private readonly InferenceSession _session = new(model);

    public string Name => "tutorial: BertTokenizer, InferenceSession";

    public Precision Precision => precision;

    public string Settings => $"padded to {padded.Length}, batch {batch}, session defaults";

    public ContestantRole Role => ContestantRole.Peer;

    public Pass Run(int count)
    {
        string[] chosen = [.. texts.Take(Math.Min(count, largestCount))];
        long start = Stopwatch.GetTimestamp();
        (long[] Ids, long[] Mask)[] rows = [.. chosen.Select(padded.Encode)];
        double tokenised = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int[] labels = [.. rows.Chunk(batch).SelectMany(Run)];
        double whole = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Pass(chosen.Length, whole, whole - tokenised, labels);
    }

    public void Dispose() => _session.Dispose();

    private int[] Run((long[] Ids, long[] Mask)[] rows)
    {
        long[] shape = [rows.Length, padded.Length];
        using OrtValue ids = OrtValue.CreateTensorValueFromMemory<long>([.. rows.SelectMany(row => row.Ids)], shape);
        using OrtValue mask = OrtValue.CreateTensorValueFromMemory<long>([.. rows.SelectMany(row => row.Mask)], shape);
        using OrtValue types = OrtValue.CreateTensorValueFromMemory(new long[rows.Length * padded.Length], shape);
        using RunOptions options = new();
        Dictionary<string, OrtValue> inputs = new() { ["input_ids"] = ids, ["attention_mask"] = mask, ["token_type_ids"] = types };
        using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(options, inputs, Outputs);
        ReadOnlySpan<float> logits = results[0].GetTensorDataAsSpan<float>();
        int width = logits.Length / rows.Length;
        int[] labels = new int[rows.Length];
        for (int i = 0; i < labels.Length; i++) labels[i] = Samples.IndexOfLargest(logits.Slice(i * width, width));
        return labels;
    }
}
