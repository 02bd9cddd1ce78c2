using System.Numerics;
using System.Runtime.InteropServices;

namespace RctOnnx.Runtime;

/// <summary>
/// A processor for each thread of a run, where there are as many threads as the process has processors: the pool's threads for good, the caller's for the
/// time of a run. A thread that Linux wakes may otherwise be put onto the processor on which the caller waits for it, and stay there until the load is
/// balanced again, some milliseconds later: longer than a text takes. (ONNX Runtime binds its pool too where it is told no number of threads.)
/// The processors are those of the time of loading; on other systems, where this was not measured, there is no placement.
/// </summary>
internal sealed class ThreadPlacement
{
    private const int MaskWords = 16; // 1,024 processors, as many as the C library's own type has; the system refuses a mask that is too short
    private const int MaskBytes = MaskWords * sizeof(ulong);

    private static int _taken; // one caller of the process at a time: several on one processor would wait for each other

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

    /// <summary>The processors that the calling thread may use; none where they are not known or are not all among the first 64.</summary>
    public static ulong Processors()
    {
        if (!OperatingSystem.IsLinux()) return 0;
        Span<ulong> mask = stackalloc ulong[MaskWords];
        return GetAffinity(0, MaskBytes, ref mask[0]) == 0 && !mask[1..].ContainsAnyExcept(0UL) ? mask[0] : 0;
    }

    /// <summary>
    /// Binds the calling thread to its processor until the result is disposed, on the same thread: unless another one is bound, or it is the process's
    /// first thread, of which .NET takes the processors of every thread that it starts. Costs some microseconds, and a move where the thread runs elsewhere.
    /// </summary>
    public Binding Bind()
    {
        ulong before = Processors();
        if (before == 0 || before == _callers || IsFirstThread()) return default;
        if (Interlocked.CompareExchange(ref _taken, 1, 0) != 0) return default;
        if (Set(_callers)) return new Binding(_callers, before);
        Volatile.Write(ref _taken, 0);
        return default;
    }

    private static bool IsFirstThread()
    {
        try
        {
            return GetThreadId() == Environment.ProcessId;
        }
        catch (EntryPointNotFoundException)
        {
            return true; // glibc before 2.30 does not tell
        }
    }

    private static bool Set(ulong processors)
    {
        Span<ulong> mask = stackalloc ulong[MaskWords];
        mask[0] = processors;
        return SetAffinity(0, MaskBytes, ref mask[0]) == 0;
    }

    [DllImport("libc", EntryPoint = "sched_getaffinity")]
    private static extern int GetAffinity(int thread, nint size, ref ulong processors);

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    private static extern int SetAffinity(int thread, nint size, ref ulong processors);

    [DllImport("libc", EntryPoint = "gettid")]
    private static extern int GetThreadId();

    /// <summary>Gives a thread its processors back.</summary>
    /// <param name="bound">The one that it is bound to.</param>
    /// <param name="before">Those that it had; none where it was not bound.</param>
    public readonly struct Binding(ulong bound, ulong before) : IDisposable
    {
        private readonly ulong _bound = bound, _before = before;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (_before == 0) return;
            if (Processors() == _bound) Set(_before); // unless somebody has given it others meanwhile
            Volatile.Write(ref _taken, 0);
        }
    }
}
