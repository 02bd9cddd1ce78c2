using Xunit;

namespace RctOnnx.Runtime.Tests.Providers;

public class ProviderOptionsTests
{
    [Fact]
    public void Cuda_options_are_exact_by_default()
    {
        Assert.Equal(
            new Dictionary<string, string> { ["device_id"] = "0", ["use_tf32"] = "0", ["arena_extend_strategy"] = "kNextPowerOfTwo", ["enable_cuda_graph"] = "0", ["sdpa_kernel"] = "23" },
            new CudaOptions().ToNative());
    }

    [Fact]
    public void Cuda_options_that_are_set_reach_the_provider()
    {
        CudaOptions options = new() { DeviceId = 2, MemoryLimit = 1L << 33, GrowAsRequested = true, AllowTf32 = true, UseCudaGraphs = true };

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["device_id"] = "2",
                ["use_tf32"] = "1",
                ["arena_extend_strategy"] = "kSameAsRequested",
                ["enable_cuda_graph"] = "1",
                ["sdpa_kernel"] = "23",
                ["gpu_mem_limit"] = "8589934592",
            },
            options.ToNative());
    }

    [Theory]
    [InlineData(CoreMlUnits.All, "ALL")]
    [InlineData(CoreMlUnits.CpuOnly, "CPUOnly")]
    [InlineData(CoreMlUnits.CpuAndGpu, "CPUAndGPU")]
    [InlineData(CoreMlUnits.CpuAndNeuralEngine, "CPUAndNeuralEngine")]
    public void CoreMl_options_ask_for_ml_programs_of_fixed_shape_on_the_units(CoreMlUnits units, string expected)
    {
        Assert.Equal(
            new Dictionary<string, string> { ["ModelFormat"] = "MLProgram", ["MLComputeUnits"] = expected, ["RequireStaticInputShapes"] = "1", ["SpecializationStrategy"] = "Default" },
            new CoreMlOptions { Units = units }.ToNative(isStatic: true, "1.2.3"));
    }

    [Fact]
    public void CoreMl_cache_is_another_one_for_each_version_of_the_runtime()
    {
        Dictionary<string, string> native = new CoreMlOptions { CacheFolder = "cache", SpecializeForSpeed = true }.ToNative(isStatic: false, "1.2.3");

        Assert.Equal(Path.Combine("cache", "onnxruntime-1.2.3"), native["ModelCacheDirectory"]);
        Assert.Equal("FastPrediction", native["SpecializationStrategy"]);
        Assert.Equal("0", native["RequireStaticInputShapes"]);
    }

    [Fact]
    public void Faults_name_every_value_that_cannot_be()
    {
        Assert.Empty(new CudaOptions().Faults());
        Assert.Empty(new CoreMlOptions().Faults());
        Assert.Equal(3, new CudaOptions { DeviceId = -1, MemoryLimit = 0, BatchTokens = 0 }.Faults().Count());
        Assert.Equal(2, new CoreMlOptions { BatchSize = 0, CacheFolder = "" }.Faults().Count());
    }
}
