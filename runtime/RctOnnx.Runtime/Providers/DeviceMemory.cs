using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Runtime;

/// <summary>Where the inputs and outputs of a session lie: memory that the processor writes, and memory of the card.</summary>
internal sealed class DeviceMemory : IDisposable
{
    private const string Registration = "rctonnx.cuda";
    private static readonly Lock Registering = new();
    private static bool _registered;

    private readonly OrtMemoryInfo? _hostInfo, _deviceInfo;
    private readonly OrtAllocator? _ownHost, _ownDevice;

    /// <summary>
    /// The memory of a provider. For CUDA host memory is pinned, so that copies to the card need no copy in between; elsewhere host
    /// and device are the same memory of the processor.
    /// </summary>
    public DeviceMemory(InferenceSession session, ExecutionProvider provider, int deviceId)
    {
        if (provider != ExecutionProvider.Cuda) return;
        _hostInfo = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA_PINNED, OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.CpuOutput);
        _deviceInfo = new OrtMemoryInfo(OrtMemoryInfo.allocatorCUDA, OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.Default);
        _ownHost = new OrtAllocator(session, _hostInfo);
        _ownDevice = new OrtAllocator(session, _deviceInfo);
    }

    /// <summary>Memory that the processor writes and reads.</summary>
    public OrtAllocator Host => _ownHost ?? OrtAllocator.DefaultInstance;

    /// <summary>Memory in which the provider computes.</summary>
    public OrtAllocator Device => _ownDevice ?? OrtAllocator.DefaultInstance;

    /// <summary>Makes copies to and from the card known to the process: sessions alone do not.</summary>
    /// <exception cref="ProviderException">The native library does not offer them.</exception>
    public static void AllowCopies(ExecutionProvider provider)
    {
        if (provider != ExecutionProvider.Cuda) return;
        lock (Registering)
        {
            if (_registered) return;
            string library = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? "onnxruntime_providers_cuda.dll" : "libonnxruntime_providers_cuda.so";
            try
            {
                OrtEnv.Instance().RegisterExecutionProviderLibrary(Registration, library); // beside the main library, where a relative path is looked for
            }
            catch (OnnxRuntimeException e)
            {
                throw new ProviderException($"CUDA graphs need copies to the card, for which '{library}' could not be registered: {e.Message.Trim()} Leave {nameof(CudaOptions.UseCudaGraphs)} out.", e);
            }
            _registered = true;
        }
    }

    /// <summary>Copies tensors between host and device, or within the memory of the processor; done when it returns.</summary>
    public void Copy(IReadOnlyList<OrtValue> sources, IReadOnlyList<OrtValue> targets)
    {
        if (_ownDevice is not null)
        {
            OrtEnv.Instance().CopyTensors(sources, targets, null);
            return;
        }
        for (int i = 0; i < sources.Count; i++) sources[i].GetTensorMutableRawData().CopyTo(targets[i].GetTensorMutableRawData());
    }

    public void Dispose()
    {
        _ownHost?.Dispose();
        _ownDevice?.Dispose();
        _hostInfo?.Dispose();
        _deviceInfo?.Dispose();
    }
}
