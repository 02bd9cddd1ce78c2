using System.Runtime.ExceptionServices;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Tokenises, plans batches, runs them on all workers and makes answers. Thread-safe; freed by its owner when no call runs.</summary>
internal sealed class ClassifierEngine : IDisposable
{
    private const float ProbeTolerance = 1e-3f; // processors round differently; a wrong weight or vocabulary differs far more

    private readonly LoadedModel _model;
    private readonly OnnxGraphRunner _runner;
    private readonly Lazy<OnnxGraphRunner> _pairRunner;
    private readonly TextPreparation _preparation;
    private readonly AnswerMaker _answers;
    private readonly ParallelOptions _workers;
    private readonly int _batchTokens;

    public ClassifierEngine(LoadedModel model, TextClassifierOptions options)
    {
        (_model, _batchTokens, MaxLength) = (model, options.BatchTokens, options.MaxLength ?? model.MaxLength);
        LongTextPolicy policy = options.LongText ?? model.LongText;
        _preparation = new TextPreparation(model.Tokenizer, MaxLength, policy, options.WindowOverlap ?? (MaxLength - 2) / 4, options.MaxCharacters);
        _answers = new AnswerMaker(model.Labels, model.ProblemType, model.Calibration, options.TopK);
        int threads = options.Threads ?? Environment.ProcessorCount;
        bool latency = options.Profile == PerformanceProfile.Latency;
        _workers = new ParallelOptions { MaxDegreeOfParallelism = latency ? 1 : threads };
        (_runner, Provider) = ProviderSelection.Open(options.Provider, provider => OpenGraph(model, options.Dialect, provider, latency ? threads : 1, pairs: false));
        // A mask-free graph folds token type 0 into its positions; pairs need one that keeps token types, made when the first is asked.
        _pairRunner = _runner.HasMask
            ? new Lazy<OnnxGraphRunner>(_runner)
            : new Lazy<OnnxGraphRunner>(() => OpenGraph(model, options.Dialect, Provider.Provider, latency ? threads : 1, pairs: true));
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

    /// <summary>What runs.</summary>
    public ProviderReport Provider { get; }

    /// <summary>Longest sequence in tokens.</summary>
    public int MaxLength { get; }

    /// <summary>Answers in the order of the inputs.</summary>
    /// <param name="inputs">What is asked.</param>
    /// <param name="places">Where each stands in the caller's list, for messages.</param>
    public Classification[] Compute(ClassifierInput[] inputs, int[] places)
    {
        TokenizedText[] prepared = new TokenizedText[inputs.Length];
        Each(inputs.Length, i => prepared[i] = _preparation.Prepare(inputs[i], places[i]));
        List<int[]> rows = [];
        List<int[]?> types = [];
        foreach (TokenizedText text in prepared)
            foreach (int[] row in text.Rows)
            {
                rows.Add(row);
                types.Add(text.Types);
            }
        float[] logits = new float[rows.Count * _model.Labels.Count];
        foreach (IGrouping<bool, int> kind in Enumerable.Range(0, rows.Count).GroupBy(row => types[row] is not null).ToArray())
            Run(kind.Key ? _pairRunner.Value : _runner, [.. kind], rows, types, logits);

        int labelCount = _model.Labels.Count;
        Classification[] answers = new Classification[inputs.Length];
        for (int i = 0, first = 0; i < answers.Length; first += prepared[i++].Rows.Count)
        {
            int windows = prepared[i].Rows.Count;
            answers[i] = _answers.Make(logits.AsSpan(first * labelCount, windows * labelCount), windows, prepared[i].TokenCount, prepared[i].UsedTokenCount);
        }
        return answers;
    }

    public void Dispose()
    {
        _runner.Dispose();
        if (_pairRunner.IsValueCreated) _pairRunner.Value.Dispose();
    }

    private void Run(OnnxGraphRunner runner, int[] asked, List<int[]> rows, List<int[]?> types, float[] logits)
    {
        int labelCount = _model.Labels.Count;
        int[] lengths = [.. asked.Select(row => rows[row].Length)];
        List<PlannedBatch> batches = runner.HasMask ? BatchPlanner.Padded(lengths, _batchTokens) : BatchPlanner.EqualLengths(lengths, _batchTokens);
        Each(batches.Count, i =>
        {
            PlannedBatch batch = batches[i];
            int[][] ids = [.. batch.Rows.Select(row => rows[asked[row]])];
            int[]?[] kinds = [.. batch.Rows.Select(row => types[asked[row]])];
            float[] result = runner.Run(ids, kinds, batch.Length, _model.Tokenizer.PadId, labelCount);
            for (int k = 0; k < batch.Rows.Count; k++)
                result.AsSpan(k * labelCount, labelCount).CopyTo(logits.AsSpan(asked[batch.Rows[k]] * labelCount));
        });
    }

    private void Each(int count, Action<int> work)
    {
        if (count == 1)
        {
            work(0);
            return;
        }
        try
        {
            Parallel.For(0, count, _workers, work);
        }
        catch (AggregateException e)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]); // callers expect the failure itself; the others are its like
        }
    }

    private static OnnxGraphRunner OpenGraph(LoadedModel model, GraphDialect? wanted, ExecutionProvider provider, int threads, bool pairs)
    {
        GraphDialect best = model.Content.IsForeign || provider != ExecutionProvider.Cpu ? GraphDialect.Portable : GraphDialect.CpuFp32;
        GraphDialect dialect = wanted ?? best;
        if (dialect == GraphDialect.CpuFp32 && best != dialect)
            throw new SettingsException($"The dialect {dialect} is for files of this product on {ExecutionProvider.Cpu}; leave Dialect out or choose {GraphDialect.Portable}.");
        OnnxGraphRunnerOptions options = new() { Threads = threads, Provider = provider, FuseSkipLayerNorm = dialect != GraphDialect.CpuFp32, Output = model.Output };
        return dialect == GraphDialect.CpuFp32
            ? OnnxGraphRunner.FromBytes(EncoderGraph.Emit(model.Content.Artifact!, dialect, pairs), options)
            : OnnxGraphRunner.FromFile(model.Content.Path, options);
    }

    /// <summary>Tokenises and runs the texts stored in the file, which also warms the session.</summary>
    private void CheckProbes()
    {
        _ = Compute([new ClassifierInput("", null)], [0]);
        foreach (Probe probe in _model.Content.Artifact?.Probes ?? [])
        {
            int[] ids = _model.Tokenizer.Encode(probe.Text, null, new() { MaxLength = _model.MaxLength }).Ids;
            if (!ids.AsSpan().SequenceEqual([.. probe.Ids]))
                throw new ModelFileException($"The model file's probe '{probe.Text}' has other token ids here than at its export. The vocabulary or the tokenizer differs: export the model again.");
            float[] logits = _runner.Run([ids], null, ids.Length, _model.Tokenizer.PadId, _model.Labels.Count);
            for (int i = 0; i < logits.Length; i++)
                if (!(Math.Abs(logits[i] - probe.Logits[i]) <= ProbeTolerance * Math.Max(1, Math.Abs(probe.Logits[i]))))
                    throw new ModelFileException($"The model file's probe '{probe.Text}' gives {logits[i]} for '{_model.Labels[i]}' here and {probe.Logits[i]} at its export, allowed is a difference of {ProbeTolerance}. Export the model again.");
        }
    }
}
