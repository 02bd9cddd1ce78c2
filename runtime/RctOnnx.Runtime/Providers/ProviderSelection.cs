using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Runtime;

/// <summary>Finds the first provider of a policy that works.</summary>
internal static class ProviderSelection
{
    /// <summary>Opens with each allowed provider in turn until one works.</summary>
    /// <exception cref="ProviderException">None works; the message has the cause of each.</exception>
    public static (T Opened, ProviderReport Report) Open<T>(ProviderPolicy policy, Func<ExecutionProvider, T> open)
    {
        List<string> causes = [];
        foreach (ExecutionProvider provider in policy.Providers)
        {
            try
            {
                CheckPresent(provider);
                return (open(provider), new ProviderReport(provider, causes));
            }
            catch (ProviderException e)
            {
                causes.Add(e.Message);
            }
        }
        throw new ProviderException(string.Join(Environment.NewLine, causes));
    }

    /// <summary>Adds the provider to the options of a session; the CPU needs nothing.</summary>
    /// <param name="options">Takes it.</param>
    /// <param name="provider">Which.</param>
    /// <param name="cuda">For CUDA.</param>
    /// <param name="coreMl">For CoreML.</param>
    /// <param name="isStatic">Whether the graph has one fixed shape.</param>
    /// <exception cref="ProviderException">It cannot start.</exception>
    /// <exception cref="OutputException">The folder for compiled graphs cannot be made.</exception>
    public static void Append(SessionOptions options, ExecutionProvider provider, CudaOptions cuda, CoreMlOptions coreMl, bool isStatic = false)
    {
        try
        {
            if (provider == ExecutionProvider.Cuda)
            {
                using OrtCUDAProviderOptions native = new();
                native.UpdateOptions(cuda.ToNative());
                options.AppendExecutionProvider_CUDA(native);
            }
            if (provider == ExecutionProvider.CoreMl)
            {
                Dictionary<string, string> native = coreMl.ToNative(isStatic, OrtEnv.Instance().GetVersionString());
                if (native.TryGetValue("ModelCacheDirectory", out string? folder)) Create(folder);
                options.AppendExecutionProvider("CoreML", native);
            }
        }
        catch (OnnxRuntimeException e)
        {
            throw new ProviderException($"The provider {provider} cannot start: {e.Message.Trim()} {Remedy(provider)}", e);
        }
    }

    /// <summary>Refuses a provider on which not a single node of the graph ran.</summary>
    public static void CheckPlacement(ExecutionProvider provider, IReadOnlyDictionary<string, int> nodes)
    {
        if (nodes.GetValueOrDefault(NativeName(provider)) > 0) return;
        string found = string.Join(", ", nodes.Select(pair => $"{pair.Value} on {pair.Key}"));
        throw new ProviderException($"The provider {provider} was loaded but ran no part of the model (nodes: {found}). {Remedy(provider)}");
    }

    private static void CheckPresent(ExecutionProvider provider)
    {
        string[] present = OrtEnv.Instance().GetAvailableProviders();
        if (!present.Contains(NativeName(provider)))
            throw new ProviderException($"The provider {provider} is not in the native ONNX Runtime of this program, which has {string.Join(", ", present)}. {Remedy(provider)}");
    }

    private static void Create(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException($"The folder '{folder}' for compiled graphs cannot be made: {e.Message} Name another {nameof(CoreMlOptions)}.{nameof(CoreMlOptions.CacheFolder)}.", e);
        }
    }

    private static string NativeName(ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.Cuda => "CUDAExecutionProvider",
        ExecutionProvider.CoreMl => "CoreMLExecutionProvider",
        _ => "CPUExecutionProvider",
    };

    private static string Remedy(ExecutionProvider provider) => provider switch
    {
        ExecutionProvider.Cuda => "Build with -p:UseCuda=true (package Microsoft.ML.OnnxRuntime.Gpu) and install the CUDA and cuDNN libraries that it names, or allow Cpu.",
        ExecutionProvider.CoreMl => "CoreML runs on macOS only; allow Cpu elsewhere.",
        _ => "Install the native package Microsoft.ML.OnnxRuntime.",
    };
}
