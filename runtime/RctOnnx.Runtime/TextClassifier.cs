using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// A text classifier out of a model file: loaded, checked and warmed once, then immutable and thread-safe. The same text gets
/// the same answer alone or in any call, bit for bit in the CPU dialect.
/// </summary>
public sealed class TextClassifier : IDisposable
{
    private const float ProbeTolerance = 1e-3f; // processors round differently; a wrong weight or vocabulary differs far more

    private readonly LoadedModel _model;
    private readonly OnnxGraphRunner _runner;
    private readonly TextPreparation _preparation;
    private readonly AnswerMaker _answers;
    private readonly ParallelOptions _workers;
    private readonly int _batchTokens;
    private readonly ReaderWriterLockSlim _use = new(LockRecursionPolicy.NoRecursion);
    private bool _disposed;

    private TextClassifier(LoadedModel model, TextClassifierOptions options)
    {
        options.Validate(model.MaxLength);
        (_model, _batchTokens, MaxLength) = (model, options.BatchTokens, options.MaxLength ?? model.MaxLength);
        LongTextPolicy policy = options.LongText ?? model.LongText;
        _preparation = new TextPreparation(model.Tokenizer, MaxLength, policy, options.WindowOverlap ?? (MaxLength - 2) / 4, options.MaxCharacters);
        _answers = new AnswerMaker(model.Labels, model.ProblemType, model.Calibration, options.TopK);
        int threads = options.Threads ?? Environment.ProcessorCount;
        bool latency = options.Profile == PerformanceProfile.Latency;
        _workers = new ParallelOptions { MaxDegreeOfParallelism = latency ? 1 : threads };
        (_runner, Provider) = ProviderSelection.Open(options.Provider, provider => OpenGraph(model, options.Dialect, provider, latency ? threads : 1));
        try
        {
            CheckProbes();
        }
        catch
        {
            _runner.Dispose();
            throw;
        }
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider { get; }

    /// <summary>Label names by index.</summary>
    public IReadOnlyList<string> Labels => _model.Labels;

    /// <summary>Longest sequence in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>Loads, checks and warms a model file, ours or foreign (with config.json and vocabulary beside it).</summary>
    /// <exception cref="ModelFileException">The file is broken or answers its probes differently.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static TextClassifier Load(string path, TextClassifierOptions? options = null) =>
        new(LoadedModel.Read(path), options ?? new TextClassifierOptions());

    /// <summary>Classifies one text; the empty text has an answer too.</summary>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    public Classification Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Classify([text])[0];
    }

    /// <summary>Classifies texts: as many answers as texts, in their order. Equal texts are computed once.</summary>
    /// <inheritdoc cref="Classify(string)"/>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        int[] place = new int[texts.Count];
        for (int i = 0; i < place.Length; i++)
        {
            if (texts[i] is null) throw new ArgumentNullException(nameof(texts), $"Text {i} is null.");
            if (!places.TryGetValue(texts[i], out place[i])) places.Add(texts[i], place[i] = places.Count);
        }
        string[] distinct = new string[places.Count];
        foreach ((string text, int index) in places) distinct[index] = text;

        _use.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Classification[] answers = Compute(distinct);
            return [.. place.Select(index => answers[index])];
        }
        finally
        {
            _use.ExitReadLock();
        }
    }

    /// <summary>Waits for running calls and frees the model; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _use.EnterWriteLock();
        try
        {
            if (!_disposed) _runner.Dispose();
            _disposed = true;
        }
        finally
        {
            _use.ExitWriteLock();
        }
    }

    private Classification[] Compute(string[] texts)
    {
        TokenizedText[] prepared = [.. texts.Select(_preparation.Prepare)];
        int[][] rows = [.. prepared.SelectMany(text => text.Rows)];
        int[] lengths = [.. rows.Select(row => row.Length)];
        int labelCount = Labels.Count;
        float[] logits = new float[rows.Length * labelCount];
        List<PlannedBatch> batches = _runner.HasMask ? BatchPlanner.Padded(lengths, _batchTokens) : BatchPlanner.EqualLengths(lengths, _batchTokens);
        Each(batches.Count, i =>
        {
            PlannedBatch batch = batches[i];
            float[] result = _runner.Run([.. batch.Rows.Select(row => rows[row])], null, batch.Length, _model.Tokenizer.PadId, labelCount);
            for (int k = 0; k < batch.Rows.Count; k++)
                result.AsSpan(k * labelCount, labelCount).CopyTo(logits.AsSpan(batch.Rows[k] * labelCount));
        });
        Classification[] answers = new Classification[texts.Length];
        for (int i = 0, first = 0; i < answers.Length; first += prepared[i++].Rows.Count)
        {
            int windows = prepared[i].Rows.Count;
            answers[i] = _answers.Make(logits.AsSpan(first * labelCount, windows * labelCount), windows, prepared[i].TokenCount, prepared[i].UsedTokenCount);
        }
        return answers;
    }

    private void Each(int count, Action<int> work)
    {
        if (count == 1) work(0);
        else Parallel.For(0, count, _workers, work);
    }

    private static OnnxGraphRunner OpenGraph(LoadedModel model, GraphDialect? wanted, ExecutionProvider provider, int threads)
    {
        GraphDialect best = model.Content.IsForeign || provider != ExecutionProvider.Cpu ? GraphDialect.Portable : GraphDialect.CpuFp32;
        GraphDialect dialect = wanted ?? best;
        if (dialect == GraphDialect.CpuFp32 && best != dialect)
            throw new SettingsException($"The dialect {dialect} is for files of this product on {ExecutionProvider.Cpu}; leave Dialect out or choose {GraphDialect.Portable}.");
        OnnxGraphRunnerOptions options = new() { Threads = threads, Provider = provider, FuseSkipLayerNorm = dialect != GraphDialect.CpuFp32, Output = model.Output };
        return dialect == GraphDialect.CpuFp32
            ? OnnxGraphRunner.FromBytes(EncoderGraph.Emit(model.Content.Artifact!, dialect), options)
            : OnnxGraphRunner.FromFile(model.Content.Path, options);
    }

    /// <summary>Tokenises and runs the texts stored in the file, which also warms the session.</summary>
    private void CheckProbes()
    {
        _ = Compute([""]);
        foreach (Probe probe in _model.Content.Artifact?.Probes ?? [])
        {
            int[] ids = _model.Tokenizer.Encode(probe.Text, null, new() { MaxLength = _model.MaxLength }).Ids;
            if (!ids.AsSpan().SequenceEqual([.. probe.Ids]))
                throw new ModelFileException($"The model file's probe '{probe.Text}' has other token ids here than at its export. The vocabulary or the tokenizer differs: export the model again.");
            float[] logits = _runner.Run([ids], null, ids.Length, _model.Tokenizer.PadId, Labels.Count);
            for (int i = 0; i < logits.Length; i++)
                if (!(Math.Abs(logits[i] - probe.Logits[i]) <= ProbeTolerance * Math.Max(1, Math.Abs(probe.Logits[i]))))
                    throw new ModelFileException($"The model file's probe '{probe.Text}' gives {logits[i]} for '{Labels[i]}' here and {probe.Logits[i]} at its export, allowed is a difference of {ProbeTolerance}. Export the model again.");
        }
    }
}
