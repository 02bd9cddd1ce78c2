using System.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Providers;

/// <summary>The options of every verb that runs a model: on what, and in which form of graph.</summary>
internal sealed class ProviderArguments
{
    private readonly Option<ExecutionProvider> _provider = new("--provider")
    {
        Description = "What computes; nothing else is tried. Default: cpu.",
        HelpName = "cpu|cuda|coreml",
        DefaultValueFactory = _ => ExecutionProvider.Cpu,
    };

    private readonly Option<GraphDialect?> _dialect = new("--dialect")
    {
        Description = "The form of graph; the fastest one for provider and file where not given.",
        HelpName = string.Join('|', Enum.GetNames<GraphDialect>()),
    };

    private readonly Option<int> _device = new("--cuda-device") { Description = "Which NVIDIA card, from 0." };
    private readonly Option<bool> _graphs = new("--cuda-graphs") { Description = "Record each shape of batch as a CUDA graph." };
    private readonly Option<string?> _cache = new("--coreml-cache") { Description = "Where compiled CoreML graphs are kept; nowhere where not given.", HelpName = "FOLDER" };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_provider, _dialect, _device, _graphs, _cache]) command.Options.Add(option);
    }

    /// <summary>What was asked for.</summary>
    public TextClassifierOptions Read(ParseResult parsed) => new()
    {
        Provider = ProviderPolicy.Require(parsed.GetValue(_provider)),
        Dialect = parsed.GetValue(_dialect),
        Cuda = new CudaOptions { DeviceId = parsed.GetValue(_device), UseCudaGraphs = parsed.GetValue(_graphs) },
        CoreMl = new CoreMlOptions { CacheFolder = parsed.GetValue(_cache) },
    };
}
