using RctOnnx.Kernels;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// The open graphs of a model: one for single texts and, from the first pair on, one for pairs, where the dialect
/// distinguishes the two. Thread-safe.
/// </summary>
internal sealed class ModelGraphs : IDisposable
{
    private readonly LoadedModel _model;
    private readonly TextClassifierOptions _options;
    private readonly ExecutionProvider _provider;
    private readonly int _threads;
    private readonly Lazy<IBatchGraph> _pairs;

    private ModelGraphs(LoadedModel model, TextClassifierOptions options, ExecutionProvider provider, int threads)
    {
        (_model, _options, _provider, _threads) = (model, options, provider, threads);
        if (model.Content.Compiled is { } compiled && (provider != ExecutionProvider.Cpu || (options.Dialect ?? compiled.Dialect) != compiled.Dialect))
            throw new SettingsException($"'{model.Content.Path}' is compiled for {compiled.Dialect} on {ExecutionProvider.Cpu} and runs nowhere else, asked for is {options.Dialect?.ToString() ?? "the default"} on {provider}. Use the file that it was compiled from.");
        if (EncoderGraph.HasOwnOperators(model.CpuDialect) && !OwnOperators.IsSupported)
            throw new SettingsException($"'{model.Content.Path}' is compiled for {model.CpuDialect}, which needs a processor with AVX-512; this one has none. Compile the file that it was made from here, or with --dialect {(EncoderGraph.IsInt8(model.CpuDialect) ? GraphDialect.CpuInt8 : GraphDialect.CpuFp32)}.");
        Dialect = DialectChoice.Choose(options.Dialect, provider, model.CpuDialect, model.Content.Artifact is not null);
        if (options.Cuda.UseCudaGraphs && provider == ExecutionProvider.Cuda && !DialectChoice.IsPadded(Dialect))
            throw new SettingsException($"CUDA graphs hold one shape each, which {Dialect} does not have. Leave {nameof(CudaOptions.UseCudaGraphs)} out, or choose {GraphDialect.CudaFp16} or {GraphDialect.CudaFp32}.");
        Singles = Open(pairs: false);
        _pairs = new Lazy<IBatchGraph>(OpenPairs);
    }

    /// <summary>The form of graph.</summary>
    public GraphDialect Dialect { get; }

    /// <summary>The graph for single texts.</summary>
    public IBatchGraph Singles { get; }

    /// <summary>The graph for pairs, opened when it is first asked for.</summary>
    /// <exception cref="ModelFileException">The model has one token type only, so that it cannot tell the texts of a pair apart.</exception>
    public IBatchGraph Pairs => _pairs.Value;

    /// <summary>Opens the graph for single texts on the first provider of the policy that works.</summary>
    public static (ModelGraphs Graphs, ProviderReport Report) Open(LoadedModel model, TextClassifierOptions options, int threads)
    {
        (ModelGraphs graphs, ProviderReport report) = ProviderSelection.Open(options.Provider, provider => new ModelGraphs(model, options, provider, threads));
        return (graphs, report with { Dialect = graphs.Dialect, Nodes = graphs.Singles.Nodes });
    }

    public void Dispose()
    {
        Singles.Dispose();
        if (_pairs.IsValueCreated) _pairs.Value.Dispose();
    }

    private IBatchGraph OpenPairs()
    {
        if (_model.TokenTypeCount < 2)
            throw new ModelFileException($"'{_model.Content.Path}' has {_model.TokenTypeCount} token type, pairs need 2: the model was not made for pairs. Pass single texts.");
        return IsInFile ? Singles : Open(pairs: true);
    }

    // Such a graph takes token types and so both single texts and pairs.
    private bool IsInFile => !_model.IsPart && (Dialect == GraphDialect.Portable || _model.Content.Compiled is not null);

    private IBatchGraph Open(bool pairs)
    {
        if (DialectChoice.IsPadded(Dialect)) return OpenPadded(_model.Content.Artifact!, pairs);
        OnnxGraphRunnerOptions runner = new()
        {
            Threads = _threads,
            Provider = _provider,
            FuseSkipLayerNorm = Dialect == GraphDialect.Portable,
            OwnOperators = EncoderGraph.HasOwnOperators(Dialect),
            Output = _model.Output,
            PerToken = _model.IsPerToken && !_model.IsAtMasks(Dialect),
            AtMasks = _model.IsAtMasks(Dialect),
            Cuda = _options.Cuda,
            CoreMl = _options.CoreMl,
        };
        return new RunnerGraph(
            IsInFile ? OnnxGraphRunner.FromFile(_model.Content.Path, runner) : OnnxGraphRunner.FromBytes(EncoderGraph.Emit(_model.Content.Artifact!, Dialect, pairs), runner),
            BatchTokens, _model.Tokenizer.PadId, _model.AnswerWidth);
    }

    private PaddedGraphs OpenPadded(ModelArtifact artifact, bool pairs)
    {
        bool isStatic = EncoderGraph.IsStatic(Dialect);
        GraphSettings settings = new()
        {
            Provider = _provider,
            Dialect = Dialect,
            Plan = isStatic ? PaddingPlan.Fixed(artifact.MaxLength, _options.Profile == PerformanceProfile.Latency ? 1 : _options.CoreMl.BatchSize)
                : _options.Cuda.UseCudaGraphs ? PaddingPlan.Recorded(artifact.MaxLength, BatchTokens)
                : PaddingPlan.Free(BatchTokens),
            Answers = new BatchAnswers(artifact.AnswerWidth, artifact.IsPerToken),
            Output = _model.Output,
            PadId = _model.Tokenizer.PadId,
            Cuda = _options.Cuda,
            CoreMl = _options.CoreMl,
            Threads = _threads,
        };
        return new PaddedGraphs(settings, shape => isStatic ? EncoderGraph.EmitStatic(artifact, Dialect, shape, pairs) : EncoderGraph.Emit(artifact, Dialect, pairs));
    }

    private int BatchTokens => _provider == ExecutionProvider.Cuda ? _options.Cuda.BatchTokens : _options.BatchTokens;
}
