using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// The open graphs of a dialect that pads: one session for every shape on CUDA, one a shape on CoreML, opened when it is first
/// needed. Thread-safe. Recorded shapes run on one thread, CoreML's sessions one batch at a time, the others two, so that one is
/// filled while the card computes the other and memory does not grow with the callers.
/// </summary>
internal sealed class PaddedGraphs : IBatchGraph
{
    private readonly GraphSettings _settings;
    private readonly Func<StaticShape, byte[]> _emit;
    private readonly Dictionary<StaticShape, (InferenceSession Session, DeviceMemory Memory)> _sessions = [];
    private readonly Dictionary<StaticShape, RecordedShape> _recorded = [];
    private readonly ConcurrentDictionary<string, int> _nodes = [];
    private readonly Lock _opening = new();
    private readonly SemaphoreSlim _running;
    private readonly SingleThread? _recorder;

    /// <summary>Opens the first graph and sees where its nodes run.</summary>
    /// <param name="settings">How.</param>
    /// <param name="emit">Makes the graph of a shape; the shape is of no matter to dialects that take any.</param>
    /// <exception cref="ProviderException">The provider does not work, or runs no part of the model.</exception>
    public PaddedGraphs(GraphSettings settings, Func<StaticShape, byte[]> emit)
    {
        (_settings, _emit) = (settings, emit);
        RunsAtOnce = settings.IsRecorded || EncoderGraph.IsStatic(settings.Dialect) ? 1 : 2;
        _running = new SemaphoreSlim(RunsAtOnce);
        if (settings.IsRecorded) _recorder = new SingleThread("cuda graphs");
        int length = settings.Plan.Lengths is [int shortest, ..] ? shortest : 2;
        try
        {
            StaticShape first = settings.Plan.ShapeOf(1, length);
            _ = _recorder is null ? SessionOf(first) : _recorder.Run(() => SessionOf(first));
            if (_recorder is not null) DeviceMemory.AllowCopies(settings.Provider); // after the session, which says better what is missing
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, int> Nodes => _nodes;

    /// <inheritdoc/>
    public int RunsAtOnce { get; }

    /// <inheritdoc/>
    public IBatchPlan NewPlan() => new WindowedPlan(WindowedPlan.DefaultWindow, _settings.Plan.Plan);

    /// <inheritdoc/>
    /// <exception cref="ModelFileException">ONNX Runtime fails on the CPU.</exception>
    /// <exception cref="ProviderException">Another provider fails.</exception>
    public void Run(TokenRows rows, PlannedBatch batch, LogitTable logits)
    {
        StaticShape shape = _settings.Plan.ShapeOf(batch.Rows.Count, batch.Length);
        _running.Wait();
        try
        {
            if (_recorder is null) RunOnce(shape, rows, batch, logits);
            else _ = _recorder.Run(() => RunRecorded(shape, rows, batch, logits));
        }
        catch (OnnxRuntimeException e)
        {
            throw ProviderSession.Failed(_settings.Provider, $"fails on a batch of {shape.BatchSize} x {shape.Length} tokens", e);
        }
        finally
        {
            _running.Release();
        }
    }

    public void Dispose()
    {
        _recorder?.Dispose();
        _running.Dispose();
        foreach (RecordedShape recorded in _recorded.Values) recorded.Dispose();
        foreach ((InferenceSession session, DeviceMemory memory) in _sessions.Values)
        {
            memory.Dispose();
            session.Dispose();
        }
    }

    private void RunOnce(StaticShape shape, TokenRows rows, PlannedBatch batch, LogitTable logits)
    {
        (InferenceSession session, DeviceMemory memory) = SessionOf(shape);
        // Logits in pinned memory are refused: ONNX Runtime takes them for a copy of a tensor onto itself.
        using BatchTensors tensors = new(session.InputNames, memory.Host, OrtAllocator.DefaultInstance, shape, _settings.Answers);
        tensors.Fill(rows, batch.Rows, _settings.PadId);
        using RunOptions run = new();
        session.Run(run, tensors.Names, tensors.Inputs, [_settings.Output], [tensors.Logits]);
        logits.Put(tensors.Logits.GetTensorDataAsSpan<float>(), rows, batch, _settings.Answers);
    }

    private bool RunRecorded(StaticShape shape, TokenRows rows, PlannedBatch batch, LogitTable logits)
    {
        (InferenceSession session, DeviceMemory memory) = SessionOf(shape);
        if (!_recorded.TryGetValue(shape, out RecordedShape? recorded))
            _recorded.Add(shape, recorded = new RecordedShape(session, memory, shape, _settings.Answers, _settings.Output, _recorded.Count + 1));
        recorded.Host.Fill(rows, batch.Rows, _settings.PadId);
        recorded.Run();
        logits.Put(recorded.Host.Logits.GetTensorDataAsSpan<float>(), rows, batch, _settings.Answers);
        return true;
    }

    private (InferenceSession Session, DeviceMemory Memory) SessionOf(StaticShape shape)
    {
        StaticShape key = EncoderGraph.IsStatic(_settings.Dialect) ? shape : default;
        lock (_opening)
        {
            if (_sessions.TryGetValue(key, out (InferenceSession, DeviceMemory) known)) return known;
            InferenceSession session = ProviderSession.Open(_emit(shape), _settings, shape, out IReadOnlyDictionary<string, int> nodes);
            foreach ((string provider, int count) in nodes) _nodes.AddOrUpdate(provider, count, (_, before) => before + count);
            try
            {
                return _sessions[key] = (session, new DeviceMemory(session, _settings.Provider, _settings.Cuda.DeviceId));
            }
            catch (OnnxRuntimeException e)
            {
                session.Dispose();
                throw ProviderSession.Failed(_settings.Provider, "gives no memory for inputs and outputs", e);
            }
        }
    }
}
