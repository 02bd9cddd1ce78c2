using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>How a classifier runs. Immutable; checked as a whole when a model is loaded.</summary>
public sealed record TextClassifierOptions
{
    /// <summary>Where to run. The CPU by default: it needs nothing installed and gives the same bits every time.</summary>
    public ProviderPolicy Provider { get; init; } = ProviderPolicy.Require(ExecutionProvider.Cpu);

    /// <summary>
    /// The form of graph; null takes the fastest one for the provider: on CPU <see cref="GraphDialect.CpuFp32"/> or, for an int8 file,
    /// <see cref="GraphDialect.CpuInt8"/> (where the processor has AVX-512, their variants for it), on CUDA <see cref="GraphDialect.CudaFp16"/>, on CoreML <see cref="GraphDialect.CoreMlFp16"/>.
    /// The CPU runs those of other providers too, slowly, for checks.
    /// </summary>
    public GraphDialect? Dialect { get; init; }

    /// <summary>How CUDA runs, where it does.</summary>
    public CudaOptions Cuda { get; init; } = new();

    /// <summary>How CoreML runs, where it does.</summary>
    public CoreMlOptions CoreMl { get; init; } = new();

    /// <summary>Throughput by default: near-linear in cores, where splitting one text over cores is not.</summary>
    public PerformanceProfile Profile { get; init; } = PerformanceProfile.Throughput;

    /// <summary>Threads in all; null means the cores that this process may use (container limits included).</summary>
    public int? Threads { get; init; }

    /// <summary>Tokens of one batch. Larger ones gain nothing on CPUs and take more memory; below 256 the weights are read too often.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Longest sequence in tokens, special tokens included; null is the model's limit, which it cannot exceed.</summary>
    public int? MaxLength { get; init; }

    /// <summary>What happens to longer texts; null is what the model file says. Of a document model to longer sentences, which have no windows.</summary>
    public LongTextPolicy? LongText { get; init; }

    /// <summary>Tokens that neighbouring windows share; null is a quarter of a window.</summary>
    public int? WindowOverlap { get; init; }

    /// <summary>Characters of the longest text that is looked at; a longer one is refused before any work is done on it.</summary>
    public int MaxCharacters { get; init; } = 10_000_000;

    /// <summary>
    /// Reads special tokens typed in a text, such as [SEP], as special tokens, as the reference does. Off by default: a user's
    /// text should not be able to end its own sequence.
    /// </summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Which task of a file of several <see cref="TextClassifier.Classify(string)"/> and its like answer; null is the first one. <see cref="TextClassifier.ClassifyTasks(string)"/> answers all.</summary>
    public string? TaskName { get; init; }

    /// <summary>How many scores an answer carries; null is all.</summary>
    public int? TopK { get; init; }

    /// <summary>Lists every fault, against a model's limit.</summary>
    /// <param name="modelMaxLength">Tokens.</param>
    /// <param name="unused">Names and values of options that nothing reads, so that none of them is set in vain.</param>
    /// <exception cref="SettingsException">There is one.</exception>
    internal void Validate(int modelMaxLength, params ReadOnlySpan<(string Name, object? Value)> unused)
    {
        List<string> faults = [.. Cuda.Faults(), .. CoreMl.Faults()];
        AtLeast(Threads ?? 1, 1, nameof(Threads));
        AtLeast(BatchTokens, 1, nameof(BatchTokens));
        AtLeast(MaxCharacters, 1, nameof(MaxCharacters));
        AtLeast(TopK ?? 1, 1, nameof(TopK));
        if (Dialect is { } dialect and not GraphDialect.Portable && Provider.Providers.Count > 1)
            faults.Add($"{nameof(Dialect)} is {dialect}, which suits one provider, but {Provider.Providers.Count} are allowed ({string.Join(", ", Provider.Providers)}): require one, or leave the dialect out");
        int length = MaxLength ?? modelMaxLength;
        if (length < 3 || length > modelMaxLength)
            faults.Add($"{nameof(MaxLength)} is {length}, expected 3 to {modelMaxLength}, the limit of this model");
        else if (WindowOverlap is { } overlap && (overlap < 0 || overlap >= length - 2))
            faults.Add($"{nameof(WindowOverlap)} is {overlap}, expected 0 to {length - 3} for windows of {length - 2} tokens");
        foreach ((string name, object? value) in unused)
            if (value is not null) faults.Add($"{name} is {value}, which this model with these options does not read: leave it out");
        if (faults.Count > 0) throw new SettingsException($"The options cannot be used: {string.Join("; ", faults)}.");

        void AtLeast(int value, int least, string name)
        {
            if (value < least) faults.Add($"{name} is {value}, expected at least {least}");
        }
    }
}
