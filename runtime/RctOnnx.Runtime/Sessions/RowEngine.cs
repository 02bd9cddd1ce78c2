using System.Collections.Concurrent;

namespace RctOnnx.Runtime;

/// <summary>The part of every engine that knows no texts: the open graphs of a model, and the way of token rows through them. Thread-safe.</summary>
internal sealed class RowEngine : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelGraphs _graphs;
    private readonly CudaOptions _cuda;
    private readonly CallRunner _runner;
    private readonly ConcurrentBag<CallBuffers> _calls = []; // as many as there were calls at once

    public RowEngine(LoadedModel model, TextClassifierOptions options)
    {
        (_model, _cuda) = (model, options.Cuda);
        WorkerCounts counts = WorkerCounts.Of(options);
        _runner = new CallRunner(counts, model.AnswerWidth, NotFinite);
        (_graphs, Provider) = ModelGraphs.Open(model, options, counts.ThreadsOfRun);
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

    /// <summary>Prepares items and computes their batches. Parameters as in <see cref="CallRunner.Run"/>.</summary>
    public void Run(CallBuffers call, IBatchGraph graph, int count, bool canRefuse, Action<int> prepare, Action<int> name, CancellationToken token) =>
        _runner.Run(call, graph, count, canRefuse, prepare, name, token);

    /// <summary>Does something for every item, on all threads. Parameters as in <see cref="CallRunner.InStretches"/>.</summary>
    public void InStretches(int count, Action<int> work, CancellationToken token) => _runner.InStretches(count, work, token);

    /// <summary>Logits of a call that ran, [answers, numbers of an answer].</summary>
    /// <param name="call">The call.</param>
    /// <param name="first">The first answer.</param>
    /// <param name="count">Number of answers.</param>
    public ReadOnlySpan<float> LogitsOf(CallBuffers call, int first, int count) => call.Logits.Slice(first * _model.AnswerWidth, count * _model.AnswerWidth);

    public void Dispose() => _graphs.Dispose();

    /// <summary>Memory for a call.</summary>
    public CallBuffers Take() => _calls.TryTake(out CallBuffers? call) ? call : new CallBuffers();

    /// <summary>Keeps the memory of a call that is over.</summary>
    public void Keep(CallBuffers call)
    {
        if (!call.Rows.IsKept || !call.Logits.IsKept) return;
        call.Clear();
        _calls.Add(call);
    }

    private RctOnnxException NotFinite(int length)
    {
        string fault = $"'{_model.Content.Path}' gives a logit that is no finite number for a sequence of {length} tokens";
        return DialectChoice.IsFp16(Provider.Dialect)
            ? new ProviderException($"{fault} as {Provider.Dialect} on {Provider.Provider}. Values may leave the range of fp16 on the way: choose the fp32 dialect of the provider.")
            : new ModelFileException($"{fault}. Its weights are damaged or its training diverged: use another file.");
    }
}
