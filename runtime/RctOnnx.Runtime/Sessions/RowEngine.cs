using System.Collections.Concurrent;

namespace RctOnnx.Runtime;

/// <summary>The part of every engine that knows no texts: plans the batches of token rows, runs them on all workers and puts the logits back into order. Thread-safe.</summary>
internal sealed class RowEngine : IDisposable
{
    /// <summary>Texts that one worker tokenises at a stretch: about a millisecond of work.</summary>
    private const int TokenizationStretch = 256;

    private readonly LoadedModel _model;
    private readonly ModelGraphs _graphs;
    private readonly CudaOptions _cuda;
    private readonly int _threads, _workers;
    private readonly ConcurrentBag<CallBuffers> _calls = []; // as many as there were calls at once

    public RowEngine(LoadedModel model, TextClassifierOptions options)
    {
        (_model, _cuda, _threads) = (model, options.Cuda, options.Threads ?? Environment.ProcessorCount);
        bool latency = options.Profile == PerformanceProfile.Latency;
        _workers = latency ? 1 : _threads;
        (_graphs, Provider) = ModelGraphs.Open(model, options, latency ? _threads : 1);
    }

    /// <summary>The provider that runs.</summary>
    public ProviderReport Provider { get; }

    /// <summary>The graph for single texts.</summary>
    public IBatchGraph Singles => _graphs.Singles;

    /// <summary>The graph for pairs.</summary>
    /// <exception cref="ModelFileException">The model was not made for pairs.</exception>
    public IBatchGraph Pairs => _graphs.Pairs;

    /// <summary>Runs the probes of the file.</summary>
    /// <exception cref="ModelFileException">One has another answer here.</exception>
    /// <exception cref="ProviderException">One has another answer on another provider than the CPU.</exception>
    public void CheckProbes() => ProbeCheck.Run(_model, Singles, Provider, _cuda);

    public void Dispose() => _graphs.Dispose();

    /// <summary>Memory for a call.</summary>
    public CallBuffers Take() => _calls.TryTake(out CallBuffers? call) ? call : new CallBuffers();

    /// <summary>Keeps the memory of a call that is over.</summary>
    public void Keep(CallBuffers call)
    {
        if (!call.Rows.IsKept) return;
        call.Rows.Clear();
        _calls.Add(call);
    }

    /// <summary>Prepares items, some at a stretch on every thread; one that is too long is reported by its place.</summary>
    /// <exception cref="TextTooLongException">The first one of them.</exception>
    public void InStretches(int count, Action<int> prepare, CancellationToken token)
    {
        TextTooLongException? first = null; // of several, whatever the threads do
        Lock refusing = new();
        Workers.Run((count + TokenizationStretch - 1) / TokenizationStretch, _threads, stretch =>
        {
            int i = stretch * TokenizationStretch, end = Math.Min(count, i + TokenizationStretch);
            try
            {
                for (; i < end; i++) prepare(i);
            }
            catch (TextTooLongException e)
            {
                lock (refusing)
                    if (first is null || i < first.Index) first = new TextTooLongException(e.Fault, i);
            }
        }, token);
        if (first is not null) throw first;
    }

    /// <summary>Writes the logits of every row, [answers, numbers of an answer].</summary>
    public void Compute(CallBuffers call, float[] logits, IBatchGraph graph, CancellationToken token)
    {
        int labelCount = _model.AnswerWidth;
        graph.Plan(call.Rows.Lengths, call.Plan);
        List<PlannedBatch> batches = call.Plan.Batches;
        Workers.Run(batches.Count, _workers, i =>
        {
            PlannedBatch batch = batches[i];
            graph.Run(call.Rows, batch, logits);
            foreach (int row in batch.Rows)
                if (!AreFinite(logits.AsSpan(call.Rows.FirstAnswer(row) * labelCount, Math.Max(1, call.Rows.Reads(row).Length) * labelCount)))
                    throw NotFinite(batch.Length);
        }, token);
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            if (!float.IsFinite(value)) return false;
        return true;
    }

    private RctOnnxException NotFinite(int length)
    {
        string fault = $"'{_model.Content.Path}' gives a logit that is no finite number for a sequence of {length} tokens";
        return DialectChoice.IsFp16(Provider.Dialect)
            ? new ProviderException($"{fault} as {Provider.Dialect} on {Provider.Provider}. Values may leave the range of fp16 on the way: choose the fp32 dialect of the provider.")
            : new ModelFileException($"{fault}. Its weights are damaged or its training diverged: use another file.");
    }
}
