namespace RctOnnx.Runtime;

/// <summary>How the threads of a classifier are used.</summary>
/// <param name="Threads">Threads in all, which tokenise.</param>
/// <param name="Workers">How many run the model at once.</param>
/// <param name="ThreadsOfRun">Threads inside one run, for ONNX Runtime's own pool: one means that it has none.</param>
internal readonly record struct WorkerCounts(int Threads, int Workers, int ThreadsOfRun)
{
    /// <summary>
    /// By the profile. Where the options name no number it is <see cref="Environment.ProcessorCount"/>: the processors of the machine, less
    /// where the process is bound to some of them, where a control group limits processor time (cpu.max or cpu.cfs_quota_us, rounded up)
    /// or where DOTNET_PROCESSOR_COUNT says so.
    /// </summary>
    public static WorkerCounts Of(TextClassifierOptions options)
    {
        int threads = options.Threads ?? Environment.ProcessorCount;
        return options.Profile == PerformanceProfile.Latency ? new WorkerCounts(threads, 1, threads) : new WorkerCounts(threads, threads, 1);
    }
}
