using System.Collections.Concurrent;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace RctOnnx.Runtime;

/// <summary>
/// A graph with token ids as input and one row of numbers a text as output, open in ONNX Runtime. Inputs are bound by name, as
/// far as the graph has them: <c>input_ids</c>, <c>attention_mask</c>, <c>token_type_ids</c>, int32 or int64. Thread-safe.
/// </summary>
public sealed class OnnxGraphRunner : IDisposable
{
    private static readonly HashSet<string> KnownInputs = ["input_ids", "attention_mask", "token_type_ids"];

    /// <summary>A switch of the application (<see cref="AppContext"/>) that says that it has made glibc keep one heap for all threads.</summary>
    public const string OneHeapSwitch = "RctOnnx.OneHeap";

    // ONNX Runtime's arena is one for all threads: workers hand each other the buffers they free, whose lines lie in another core's
    // cache, which cost two workers a sixth of their int8 throughput for minutes at a time. glibc gives every thread a heap of its own.
    private static readonly bool HasHeapOfThread = OperatingSystem.IsLinux() && !(AppContext.TryGetSwitch(OneHeapSwitch, out bool isOne) && isOne);

    private readonly InferenceSession _session;
    private readonly ExecutionProvider _provider;
    private readonly ThreadPlacement? _placement;
    private readonly bool _perToken, _atMasks;
    private readonly string[] _inputNames, _outputNames;
    private readonly (string Name, TensorElementType Type)[] _inputs;
    private readonly ConcurrentBag<RunBuffers> _buffers = []; // as many as there were runs at once

    private OnnxGraphRunner(Func<SessionOptions, InferenceSession> open, OnnxGraphRunnerOptions options)
    {
        (_provider, _perToken, _atMasks) = (options.Provider, options.PerToken, options.AtMasks);
        using SessionOptions native = new()
        {
            GraphOptimizationLevel = options.OptimizationLevel,
            IntraOpNumThreads = options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableMemoryPattern = false, // a pattern is kept for each of the many shapes
            EnableCpuMemArena = options.Provider != ExecutionProvider.Cpu || !HasHeapOfThread,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        // Threads that share a run wait for their next part by spinning, since waking one takes as long as the part. After it they sleep: they
        // would spin for some tens of milliseconds more, and take a processor from whatever else runs.
        native.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Threads > 1 ? "1" : "0");
        native.AddSessionConfigEntry("session.force_spinning_stop", "1");
        _placement = options.Threads > 1 && options.Provider == ExecutionProvider.Cpu ? ThreadPlacement.Of(options.Threads, ThreadPlacement.Processors()) : null;
        if (_placement is not null) native.AddSessionConfigEntry("session.intra_op_thread_affinities", _placement.Pool);
        if (!options.FuseSkipLayerNorm) native.AddSessionConfigEntry("optimization.disable_specified_optimizers", "SkipLayerNormFusion");
        ProviderSelection.Append(native, options.Provider, options.Cuda, options.CoreMl);
        string? profile = options.Provider == ExecutionProvider.Cpu ? null : Path.Combine(Path.GetTempPath(), $"rctonnx-{Guid.NewGuid():N}");
        if (profile is not null)
        {
            native.EnableProfiling = true;
            native.ProfileOutputPathPrefix = profile;
        }
        try
        {
            _session = options.OwnOperators ? RctOnnx.Kernels.OwnOperators.Open(native, open) : open(native);
        }
        catch (OnnxRuntimeException e)
        {
            throw options.Provider == ExecutionProvider.Cpu
                ? new ModelFileException($"ONNX Runtime cannot open the model: {e.Message}", e)
                : new ProviderException($"The provider {options.Provider} cannot open the model: {e.Message}", e);
        }
        try
        {
            _inputNames = [.. _session.InputMetadata.Keys];
            _inputs = [.. _session.InputMetadata.Select(input => (input.Key, input.Value.ElementDataType))];
            _outputNames = [options.Output];
            CheckSignature();
            if (profile is not null) CheckPlacement(options.Provider);
        }
        catch
        {
            _session.Dispose();
            throw;
        }
    }

    /// <summary>Whether the graph distinguishes the two texts of a pair.</summary>
    public bool HasTokenTypes => _inputNames.Contains("token_type_ids");

    /// <summary>Whether the graph takes a mask, so that rows of unequal length can share a batch.</summary>
    public bool HasMask => _inputNames.Contains("attention_mask");

    /// <summary>Number of node executions by provider in the trial run of another provider than the CPU.</summary>
    internal IReadOnlyDictionary<string, int> Nodes { get; private set; } = new Dictionary<string, int>();

    /// <summary>Opens a serialised model.</summary>
    /// <exception cref="ModelFileException">ONNX Runtime refuses the model, or its inputs or outputs are not those of a text classifier.</exception>
    /// <exception cref="ProviderException">The provider does not work.</exception>
    public static OnnxGraphRunner FromBytes(byte[] model, OnnxGraphRunnerOptions? options = null) =>
        new(native => new InferenceSession(model, native), options ?? new OnnxGraphRunnerOptions());

    /// <summary>Opens a model file, with the external data beside it. Check it with <see cref="Onnx.ModelFile.Read"/> first.</summary>
    /// <inheritdoc cref="FromBytes"/>
    public static OnnxGraphRunner FromFile(string path, OnnxGraphRunnerOptions? options = null) =>
        new(native => new InferenceSession(path, native), options ?? new OnnxGraphRunnerOptions());

    /// <summary>Runs a batch.</summary>
    /// <param name="ids">Token ids of each row, padded to <paramref name="width"/> with <paramref name="padId"/> where shorter.</param>
    /// <param name="types">Token types of each row; null or a null row means zeros.</param>
    /// <param name="width">Columns of the batch, at least the longest row.</param>
    /// <param name="padId">Id that fills short rows.</param>
    /// <param name="outputWidth">Columns of the output.</param>
    /// <exception cref="ModelFileException">ONNX Runtime fails on the batch on CPU.</exception>
    /// <exception cref="ProviderException">The provider fails on the batch.</exception>
    /// <param name="reads">With <see cref="OnnxGraphRunnerOptions.PerToken"/>, the tokens of each row whose answers are wanted; null for the last one of each. With <see cref="OnnxGraphRunnerOptions.AtMasks"/> the mask tokens of each row, one at least in all.</param>
    /// <returns>The output, [answers, outputWidth] in row-major order: an answer a row, or as many as <paramref name="reads"/> names.</returns>
    public float[] Run(IReadOnlyList<int[]> ids, IReadOnlyList<int[]?>? types, int width, int padId, int outputWidth, IReadOnlyList<int[]>? reads = null)
    {
        TokenRows rows = TokenRows.Of(ids, types, reads);
        LogitTable result = new();
        Run(rows, new PlannedBatch(new ArraySegment<int>([.. Enumerable.Range(0, ids.Count)]), width), padId, outputWidth, result);
        return result.Slice(0, checked(rows.AnswerCount * outputWidth)).ToArray();
    }

    /// <summary>Runs a batch of rows out of many.</summary>
    /// <param name="rows">All rows.</param>
    /// <param name="batch">Those that run, and the columns of the batch.</param>
    /// <param name="padId">Id that fills short rows.</param>
    /// <param name="outputWidth">Columns of the output.</param>
    /// <param name="output">Takes the answers.</param>
    internal void Run(TokenRows rows, PlannedBatch batch, int padId, int outputWidth, LogitTable output)
    {
        if (!HasMask)
            foreach (int row in batch.Rows)
                if (rows.Length(row) != batch.Length)
                    throw new ArgumentException("The graph has no mask: every row must be as long as the batch is wide.", nameof(batch));
        if (!_buffers.TryTake(out RunBuffers? buffers)) buffers = new RunBuffers(_inputs);
        try
        {
            BatchAnswers answers = new(outputWidth, _perToken, _atMasks);
            using ThreadPlacement.Binding bound = _placement?.Bind() ?? default;
            output.Put(buffers.Run(_session, _inputNames, _outputNames, rows, batch, padId, answers), rows, batch, answers);
        }
        catch (OnnxRuntimeException e)
        {
            string fault = $"failed on a batch of {batch.Rows.Count} x {batch.Length} tokens: {e.Message}";
            throw _provider == ExecutionProvider.Cpu
                ? new ModelFileException($"ONNX Runtime {fault}", e)
                : new ProviderException($"The provider {_provider} {fault}", e);
        }
        finally
        {
            _buffers.Add(buffers);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (RunBuffers buffers in _buffers) buffers.Dispose();
        _session.Dispose();
    }

    private void CheckSignature()
    {
        foreach ((string name, NodeMetadata input) in _session.InputMetadata)
            if (!KnownInputs.Contains(name) || input.ElementDataType is not (TensorElementType.Int32 or TensorElementType.Int64) || input.Dimensions.Length != 2)
                throw new ModelFileException($"The model has the input '{name}' ({input.ElementDataType}, {input.Dimensions.Length} dimensions); expected are {string.Join(", ", KnownInputs)} of int32 or int64 [batch, sequence].");
        if (!_inputNames.Contains("input_ids")) throw new ModelFileException($"The model has no input 'input_ids'; it has {string.Join(", ", _inputNames)}.");
        if (!_session.OutputMetadata.TryGetValue(_outputNames[0], out NodeMetadata? output))
            throw new ModelFileException($"The model has no output '{_outputNames[0]}'; it has {string.Join(", ", _session.OutputMetadata.Keys)}.");
        if (output.ElementDataType != TensorElementType.Float || output.Dimensions.Length != (_perToken ? 3 : 2))
            throw new ModelFileException($"The output '{_outputNames[0]}' is {output.ElementDataType} with {output.Dimensions.Length} dimensions; expected is float {(_perToken ? "[batch, sequence, labels]" : _atMasks ? "[masks, vocabulary]" : "[batch, labels]")}.");
    }

    /// <summary>One run under the profiler shows which provider really computes.</summary>
    private void CheckPlacement(ExecutionProvider provider)
    {
        int width = _session.OutputMetadata[_outputNames[0]].Dimensions[^1];
        if (width <= 0) throw new ProviderException($"The output '{_outputNames[0]}' has no fixed number of labels, so that the provider {provider} cannot be probed. Export the model again with a fixed label count.");
        Run([[0, 0]], null, 2, 0, width);
        string written = _session.EndProfiling();
        try
        {
            ProviderSelection.CheckPlacement(provider, Nodes = NodePlacement.Read(written));
        }
        finally
        {
            File.Delete(written);
        }
    }
}
