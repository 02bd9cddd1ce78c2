using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>Threads of TorchSharp for a while; they belong to the process and go back to what they were.</summary>
internal sealed class TorchThreads : IDisposable
{
    private readonly int _before = get_num_threads();

    private TorchThreads(int? count)
    {
        if (count is { } wanted) set_num_threads(wanted);
    }

    /// <summary>Takes so many; null leaves them as they are.</summary>
    /// <exception cref="SettingsException">The count is below one.</exception>
    public static TorchThreads Use(int? count) => count < 1
        ? throw new SettingsException($"threads is {count}, expected at least 1.")
        : new TorchThreads(count);

    public void Dispose() => set_num_threads(_before);
}
