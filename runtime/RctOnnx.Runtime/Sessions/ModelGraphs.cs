using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// The open graphs of a model: one for single texts and, from the first pair on, one for pairs, where the dialect
/// distinguishes the two. Thread-safe.
/// </summary>
internal sealed class ModelGraphs : IDisposable
{
    private readonly LoadedModel _model;
    private readonly GraphDialect _dialect;
    private readonly OnnxGraphRunnerOptions _options;
    private readonly Lazy<OnnxGraphRunner> _pairs;

    private ModelGraphs(LoadedModel model, GraphDialect? wanted, ExecutionProvider provider, int threads)
    {
        GraphDialect best = provider == ExecutionProvider.Cpu ? model.CpuDialect : GraphDialect.Portable;
        (_model, _dialect) = (model, wanted ?? best);
        if (model.Content.Compiled is { } compiled && (provider != ExecutionProvider.Cpu || _dialect != compiled.Dialect))
            throw new SettingsException($"'{model.Content.Path}' is compiled for {compiled.Dialect} on {ExecutionProvider.Cpu} and runs nowhere else, asked for is {_dialect} on {provider}. Use the file that it was compiled from.");
        if (_dialect != GraphDialect.Portable && best != _dialect)
            throw new SettingsException($"The dialect {_dialect} is for {(_dialect == GraphDialect.CpuInt8 ? "int8" : "fp32")} files of this product on {ExecutionProvider.Cpu}, and this is none; leave Dialect out or choose {GraphDialect.Portable}.");
        _options = new() { Threads = threads, Provider = provider, FuseSkipLayerNorm = _dialect == GraphDialect.Portable, Output = model.Output };
        Singles = Open(pairs: false);
        _pairs = new Lazy<OnnxGraphRunner>(OpenPairs);
    }

    /// <summary>The graph for single texts.</summary>
    public OnnxGraphRunner Singles { get; }

    /// <summary>The graph for pairs, opened when it is first asked for.</summary>
    /// <exception cref="ModelFileException">The model has one token type only, so that it cannot tell the texts of a pair apart.</exception>
    public OnnxGraphRunner Pairs => _pairs.Value;

    /// <summary>Opens the graph for single texts on the first provider of the policy that works.</summary>
    public static (ModelGraphs Graphs, ProviderReport Report) Open(LoadedModel model, TextClassifierOptions options, int threads) =>
        ProviderSelection.Open(options.Provider, provider => new ModelGraphs(model, options.Dialect, provider, threads));

    public void Dispose()
    {
        Singles.Dispose();
        if (_pairs.IsValueCreated) _pairs.Value.Dispose();
    }

    private OnnxGraphRunner OpenPairs()
    {
        if (_model.TokenTypeCount < 2)
            throw new ModelFileException($"'{_model.Content.Path}' has {_model.TokenTypeCount} token type, pairs need 2: the model was not made for pairs. Pass single texts.");
        return IsInFile ? Singles : Open(pairs: true);
    }

    // Such a graph takes token types and so both single texts and pairs.
    private bool IsInFile => _dialect == GraphDialect.Portable || _model.Content.Compiled is not null;

    private OnnxGraphRunner Open(bool pairs) => IsInFile
        ? OnnxGraphRunner.FromFile(_model.Content.Path, _options)
        : OnnxGraphRunner.FromBytes(EncoderGraph.Emit(_model.Content.Artifact!, _dialect, pairs), _options);
}
