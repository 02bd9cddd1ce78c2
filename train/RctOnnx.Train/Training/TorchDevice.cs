using RctOnnx.Train.Settings;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>The device behind a choice.</summary>
internal static class TorchDevice
{
    /// <summary>The device; <see cref="DeviceChoice.Auto"/> takes the fastest that is there.</summary>
    /// <exception cref="ProviderException">A device that was asked for is not there.</exception>
    public static Device Of(DeviceChoice choice)
    {
        bool hasCuda = cuda_is_available(), hasMps = mps_is_available();
        return choice switch
        {
            DeviceChoice.Cuda when !hasCuda => throw new ProviderException("No CUDA device is there: the driver is missing, or this build has libtorch for the CPU. Build with -p:UseCuda=true, or take --device cpu."),
            DeviceChoice.Mps when !hasMps => throw new ProviderException("No Metal device is there: it needs an Apple processor. Take --device cpu."),
            DeviceChoice.Cuda => CUDA,
            DeviceChoice.Mps => MPS,
            DeviceChoice.Auto => hasCuda ? CUDA : hasMps ? MPS : CPU,
            _ => CPU,
        };
    }
}
