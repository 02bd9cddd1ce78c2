using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace RctOnnx.Runtime;

/// <summary>
/// A processor for each thread of a run, where there are as many threads as the process has processors: the pool's threads for good, the caller's for the
/// time of a run. A thread that Linux wakes may otherwise be put onto the processor on which the caller waits for it, and stay there until the load is
/// balanced again, some milliseconds later: longer than a text takes. (ONNX Runtime binds its pool too where it is told no number of threads.)
/// </summary>
internal sealed class ThreadPlacement
{
    private readonly ulong _callers;

    private ThreadPlacement(ulong callers, string pool) => (_callers, Pool) = (callers, pool);

    /// <summary>What <c>session.intra_op_thread_affinities</c> takes: the processors, counted from 1, of all threads but the caller's.</summary>
    public string Pool { get; }

    /// <summary>A placement, or null where the system decides.</summary>
    /// <param name="threads">Threads of a run, the caller's included.</param>
    /// <param name="processors">A bit for each processor that the process may use.</param>
    public static ThreadPlacement? Of(int threads, ulong processors)
    {
        if (threads < 2 || BitOperations.PopCount(processors) != threads) return null;
        int[] places = [.. Enumerable.Range(0, 64).Where(processor => (processors >> processor & 1) != 0)];
        return new ThreadPlacement(1UL << places[0], string.Join(';', places.Skip(1).Select(processor => processor + 1)));
    }

    /// <summary>The processors that this process may use, as far as they have a bit; none where it is not Linux, where this was measured.</summary>
    public static ulong Processors()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        using Process self = Process.GetCurrentProcess();
        return (ulong)self.ProcessorAffinity;
    }

    /// <summary>Binds the calling thread to its processor until the result is disposed, on the same thread. Costs a microsecond, and a move where it runs elsewhere.</summary>
    public Binding Bind() => GetAffinity(0, sizeof(ulong), out ulong before) == 0 && before != _callers && SetAffinity(0, sizeof(ulong), in _callers) == 0 ? new Binding(before) : default;

    /// <summary>Gives a thread its processors back.</summary>
    /// <param name="before">Those that it had; none where it was not bound.</param>
    public readonly struct Binding(ulong before) : IDisposable
    {
        private readonly ulong _before = before;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_before != 0) _ = SetAffinity(0, sizeof(ulong), in _before);
        }
    }

    [DllImport("libc", EntryPoint = "sched_getaffinity")]
    private static extern int GetAffinity(int thread, nint size, out ulong processors);

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    private static extern int SetAffinity(int thread, nint size, in ulong processors);
}
