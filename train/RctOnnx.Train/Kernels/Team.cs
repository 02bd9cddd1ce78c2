using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace RctOnnx.Train.Kernels;

/// <summary>
/// Work shared between threads. On Linux it runs on the threads of libtorch's own OpenMP: those spin for a while after every
/// operation, so that they start at once (a microsecond), and threads of another pool would have to share the cores with them.
/// Elsewhere it runs on the thread pool.
/// </summary>
internal static unsafe class Team
{
    private static readonly delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> Parallel = FindOpenMp();

    // Every thread that starts work has its own; the threads that help get its address as an argument.
    [ThreadStatic]
    private static Job? _job;

    /// <summary>
    /// Does all parts, each once, on as many threads as torch uses. Which thread does which is left open: results must depend on
    /// the part alone.
    /// </summary>
    /// <param name="partCount">Parts.</param>
    /// <param name="work">Gets the index of a part.</param>
    public static void Run(int partCount, Action<int> work)
    {
        int threads = Math.Min(partCount, get_num_threads());
        if (threads <= 1)
        {
            for (int part = 0; part < partCount; part++) work(part);
        }
        else
        {
            Job job = _job ??= new Job();
            job.Start(partCount, work);
            if (Parallel is null) System.Threading.Tasks.Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => job.Work());
            else Parallel(&Help, (void*)GCHandle.ToIntPtr(job.Handle), (uint)threads, 0);
            job.End();
        }
    }

    /// <summary>Does the rows of a matrix in parts of about equal size; the parts do not depend on the number of threads.</summary>
    /// <param name="rowCount">Rows.</param>
    /// <param name="partCount">At most so many parts.</param>
    /// <param name="work">Gets the index of the part, its first row and the row after its last.</param>
    public static void ForRows(int rowCount, int partCount, Action<int, int, int> work) =>
        Run(partCount, part => work(part, (int)((long)rowCount * part / partCount), (int)((long)rowCount * (part + 1) / partCount)));

    [UnmanagedCallersOnly]
    private static void Help(void* handle) => ((Job)GCHandle.FromIntPtr((nint)handle).Target!).Work();

    // libtorch brings its own copy of GNU OpenMP under a name of its own; the one that is loaded already is the right one.
    private static delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> FindOpenMp()
    {
        if (!OperatingSystem.IsLinux()) return null;
        _ = get_num_threads(); // loads libtorch
        string? path = File.ReadLines("/proc/self/maps")
            .Select(line => line[(line.IndexOf('/') is >= 0 and var at ? at : line.Length)..])
            .FirstOrDefault(file => Path.GetFileName(file).StartsWith("libgomp", StringComparison.Ordinal));
        return path is not null && NativeLibrary.TryLoad(path, out nint library) && NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint address)
            ? (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)address
            : null;
    }

    private sealed class Job
    {
        private int _next, _count;
        private Action<int>? _work;
        private Exception? _failure;

        public Job() => Handle = GCHandle.Alloc(this);

        ~Job() => Handle.Free();

        public GCHandle Handle { get; }

        public void Start(int count, Action<int> work) => (_next, _count, _work, _failure) = (0, count, work, null);

        // An exception must not leave through OpenMP's frames.
        public void Work()
        {
            try
            {
                for (int part; (part = Interlocked.Increment(ref _next) - 1) < _count;) _work!(part);
            }
            catch (Exception e)
            {
                _failure = e;
            }
        }

        public void End()
        {
            _work = null;
            if (_failure is { } failure) ExceptionDispatchInfo.Throw(failure);
        }
    }
}
