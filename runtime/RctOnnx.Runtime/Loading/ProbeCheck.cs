using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Tokenises and runs the texts stored in a model file: the answers must be those of the export.</summary>
internal static class ProbeCheck
{
    private const float Fp32Tolerance = 1e-3f; // processors round differently; a wrong weight or vocabulary differs far more
    private const float Int8Tolerance = 0.2f; // the last bit of a sum can move an activation by a whole step of 1/256 of its range

    private const float Fp16Tolerance = 0.05f; // measured 0.005 at logits of 5 for small random models; an overflow differs far more

    /// <exception cref="ModelFileException">A probe has other ids or other logits here.</exception>
    /// <exception cref="ProviderException">It has other logits on another provider than the CPU.</exception>
    public static void Run(LoadedModel model, IBatchGraph graph, ProviderReport provider, CudaOptions cuda)
    {
        float tolerance = Tolerance(EncoderGraph.IsInt8(model.CpuDialect), provider, cuda);
        foreach (Probe probe in model.Content.Description?.Probes ?? [])
        {
            int[] ids = model.Tokenizer.Encode(probe.Text, null, new() { MaxLength = model.MaxLength }).Ids;
            if (!ids.AsSpan().SequenceEqual([.. probe.Ids])) throw OtherIds(probe);
            Compare(model, probe, Logits(graph, ids, model.AnswerWidth), provider, tolerance);
        }
    }

    /// <summary>The probes of one file with the answers of another, which differs from it in its weights alone.</summary>
    /// <param name="probes">Of the one.</param>
    /// <param name="path">The other, which has none yet.</param>
    /// <param name="problem">What both are.</param>
    public static IReadOnlyList<Probe> Answered(IReadOnlyList<Probe> probes, string path, ProblemType problem)
    {
        if (probes.Count == 0) return [];
        TextClassifierOptions options = new() { Threads = 1 };
        if (probes.Any(probe => probe.Pair is not null))
        {
            using TextClassifier pairs = TextClassifier.Load(path, options);
            return [.. probes.Select(probe => probe with { Logits = pairs.Classify(new TextPair(probe.Text, probe.Pair!)).Logits })];
        }
        LoadedModel model = LoadedModel.ReadBesideNative(path, problem);
        using RowEngine rows = new(model, options);
        return [.. probes.Select(probe => probe with { Logits = Logits(rows.Singles, [.. probe.Ids], model.AnswerWidth).ToArray() })];
    }

    private static ReadOnlySpan<float> Logits(IBatchGraph graph, int[] ids, int width)
    {
        LogitTable answer = new();
        graph.Run(TokenRows.Of([ids]), BatchPlanner.All([ids.Length], graph.NewPlan())[0], answer);
        return answer.Slice(0, width);
    }

    private static void Compare(LoadedModel model, Probe probe, ReadOnlySpan<float> logits, ProviderReport provider, float tolerance)
    {
        for (int i = 0; i < logits.Length; i++)
            if (!(Math.Abs(logits[i] - probe.Logits[i]) <= tolerance * Math.Max(1, Math.Abs(probe.Logits[i]))))
                throw Differs($"The model file's probe '{probe.Text}' gives {logits[i]} for '{model.Tasks.SelectMany(task => task.Labels).ElementAt(i)}' here and {probe.Logits[i]} at its export, allowed is a difference of {tolerance}.", provider);
    }

    private static ModelFileException OtherIds(Probe probe) => new($"The model file's probe '{probe.Text}' has other token ids here than at its export. The vocabulary or the tokenizer differs: export the model again.");

    /// <summary>The same for pairs that two encoders read.</summary>
    /// <param name="model">The file.</param>
    /// <param name="logits">Logits of the tokens of two texts.</param>
    /// <param name="provider">What runs the encoders.</param>
    /// <param name="cuda">How.</param>
    /// <exception cref="ModelFileException">A probe has other ids or other logits here.</exception>
    /// <exception cref="ProviderException">It has other logits on another provider than the CPU.</exception>
    public static void RunPairs(LoadedModel model, Func<int[], int[], float[]> logits, ProviderReport provider, CudaOptions cuda)
    {
        foreach (Probe probe in model.Content.Description!.Probes)
        {
            int[] first = model.Tokenizer.Encode(probe.Text, null, new() { MaxLength = model.MaxLength }).Ids, second = model.Tokenizer.Encode(probe.Pair!, null, new() { MaxLength = model.MaxLength }).Ids;
            if (!first.AsSpan().SequenceEqual([.. probe.Ids]) || !second.AsSpan().SequenceEqual([.. probe.PairIds!])) throw OtherIds(probe);
            Compare(model, probe, logits(first, second), provider, Tolerance(EncoderGraph.IsInt8(model.CpuDialect), provider, cuda));
        }
    }

    /// <summary>How far a logit may be from the probe's, relative above 1. TF32 keeps as many bits of the inputs of products as fp16.</summary>
    public static float Tolerance(bool isInt8, ProviderReport provider, CudaOptions cuda) => isInt8
        ? Int8Tolerance
        : DialectChoice.IsFp16(provider.Dialect) || (provider.Provider == ExecutionProvider.Cuda && cuda.AllowTf32) ? Fp16Tolerance : Fp32Tolerance;

    private static RctOnnxException Differs(string fault, ProviderReport provider) => provider.Provider == ExecutionProvider.Cpu && !DialectChoice.IsFp16(provider.Dialect)
        ? new ModelFileException(fault + " Export the model again.")
        : new ProviderException($"{fault} It ran as {provider.Dialect} on {provider.Provider}: choose the fp32 dialect of the provider, or the CPU.");
}
