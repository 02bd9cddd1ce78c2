using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Sessions;

/// <summary>How many threads a process takes by itself that may use fewer processors than the machine has. Each case is a process of its own.</summary>
public sealed class ProcessorLimitTests : IDisposable
{
    private const string Answer = "RCTONNX_TEST_THREADS"; // names the file into which the child writes
    private const string ThreadName = "opens-a-model"; // threads of ONNX Runtime take over the name of the one that opens the session

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Workers_and_threads_of_a_run_follow_the_stated_processor_count(int count)
    {
        ProcessStartInfo child = Child();
        child.Environment["DOTNET_PROCESSOR_COUNT"] = count.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(Expected(count), await Threads(child));
    }

    [Fact]
    public async Task Threads_of_a_run_have_a_processor_each_where_there_is_one_for_each()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.ProcessorCount > 1, "Needs Linux and more than one processor.");
        Assert.Equal(Expected(Environment.ProcessorCount), await Threads(Child()));
    }

    [Fact]
    public void A_placement_leaves_the_first_processor_to_the_caller_and_is_none_where_threads_and_processors_differ()
    {
        Assert.Equal("2", ThreadPlacement.Of(2, 0b11)!.Pool);
        Assert.Equal("4;5;64", ThreadPlacement.Of(4, 1UL << 63 | 0b11010)!.Pool);
        Assert.Null(ThreadPlacement.Of(1, 0b1));
        Assert.Null(ThreadPlacement.Of(2, 0b111));
        Assert.Null(ThreadPlacement.Of(3, 0b11));
        Assert.Null(ThreadPlacement.Of(2, 0));
    }

    [Fact]
    public void A_caller_is_bound_to_the_first_processor_for_the_time_of_a_run()
    {
        ulong processors = ThreadPlacement.Processors();
        Assert.SkipUnless(BitOperations.PopCount(processors) > 1, "Needs Linux and more than one processor.");
        ThreadPlacement placement = ThreadPlacement.Of(BitOperations.PopCount(processors), processors)!;
        using (placement.Bind())
        {
            Assert.True(IsBound("/proc/thread-self"));
            OnThread(() =>
            {
                using (placement.Bind()) Assert.Equal(processors, ThreadPlacement.Processors()); // one at a time
            });
        }
        Assert.Equal(processors, ThreadPlacement.Processors());
        OnThread(() =>
        {
            using (placement.Bind()) Assert.True(IsBound("/proc/thread-self"));
        });
    }

    [Fact]
    public async Task Workers_and_threads_of_a_run_follow_the_limit_of_a_control_group()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.ProcessorCount > 1, "Needs Linux and more than one processor.");
        string? group = TryCreateGroup();
        Assert.SkipWhen(group is null, "No control group with a limit of processor time can be made here.");
        try
        {
            ProcessStartInfo own = Child(), child = new("bash", ["-c", $"echo $$ > '{group}/cgroup.procs' && exec \"$@\"", "bash", own.FileName, .. own.ArgumentList]);
            foreach ((string name, string? value) in own.Environment) child.Environment[name] = value;
            Assert.Equal(Expected(1), await Threads(child));
        }
        finally
        {
            Directory.Delete(group);
        }
    }

    /// <summary>What the child does: not a test by itself.</summary>
    [Fact(Explicit = true)]
    public void Write_the_threads_of_this_process()
    {
        string answer = Environment.GetEnvironmentVariable(Answer)!, model = Path.ChangeExtension(answer, ".onnx");
        ModelFile.Write(model, RandomModels.Create());
        int[] ofRuns = new int[2];
        int bound = 0;
        string caller = "";
        foreach (PerformanceProfile profile in Enum.GetValues<PerformanceProfile>())
        {
            Thread opener = new(() =>
            {
                int before = NamedThreads();
                using TextClassifier classifier = TextClassifier.Load(model, new TextClassifierOptions { Profile = profile });
                ofRuns[(int)profile] = 1 + NamedThreads() - before; // the caller's works too
                bound = Directory.EnumerateDirectories("/proc/self/task").Count(thread => NameOf(thread) == ThreadName && IsBound(thread));
                caller = IsBoundWhileItCalls(classifier) ? "bound" : "free";
            })
            { Name = ThreadName };
            opener.Start();
            opener.Join();
        }
        WorkerCounts throughput = WorkerCounts.Of(new()), latency = WorkerCounts.Of(new() { Profile = PerformanceProfile.Latency });
        File.WriteAllText(answer, $"throughput: {throughput.Workers} workers of {ofRuns[(int)PerformanceProfile.Throughput]}, latency: {latency.Workers} worker of {ofRuns[(int)PerformanceProfile.Latency]}, {bound} bound, caller {caller}");
    }

    private static string Expected(int count)
    {
        bool isPlaced = count > 1 && BitOperations.PopCount(ThreadPlacement.Processors()) == count;
        return $"throughput: {count} workers of 1, latency: 1 worker of {count}, {(isPlaced ? count - 1 : 0)} bound, caller {(isPlaced ? "bound" : "free")}";
    }

    // Looks at a thread while it classifies again and again, for at most two seconds, and after it.
    private static bool IsBoundWhileItCalls(TextClassifier classifier)
    {
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(2));
        string? thread = null;
        Thread caller = new(() =>
        {
            Volatile.Write(ref thread, Path.Combine("/proc", new FileInfo("/proc/thread-self").LinkTarget!));
            while (!stop.IsCancellationRequested) classifier.Classify("the patients were results");
            if (IsBound(thread!)) throw new InvalidOperationException("The thread is bound after its calls.");
        });
        caller.Start();
        bool seen = false;
        while (!seen && !stop.IsCancellationRequested) seen = Volatile.Read(ref thread) is { } path && IsBound(path);
        stop.Cancel();
        caller.Join();
        return seen;
    }

    private static void OnThread(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();

    private static bool IsBound(string thread)
    {
        try
        {
            return File.ReadLines(Path.Combine(thread, "status"))
                .Any(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal) && int.TryParse(line.Split('\t')[1], CultureInfo.InvariantCulture, out _));
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    }

    // Threads of .NET bear the name of their maker too until they give themselves their own: what stays counts. Names are told by Linux alone.
    private static int NamedThreads() => Enumerable.Range(0, 8).Min(_ =>
    {
        Thread.Sleep(25);
        return Directory.EnumerateDirectories("/proc/self/task").Count(thread => NameOf(thread) == ThreadName);
    });

    private static string? NameOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).Trim();
        }
        catch (IOException)
        {
            return null; // it has just ended
        }
    }

    private ProcessStartInfo Child()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The names of native threads are told by Linux alone.");
        ProcessStartInfo child = TestProcess.Of(typeof(ProcessorLimitTests), nameof(Write_the_threads_of_this_process));
        child.Environment[Answer] = _folder.File("threads.txt");
        return child;
    }

    private async Task<string> Threads(ProcessStartInfo child)
    {
        await TestProcess.RunAsync(child, Token);
        return await File.ReadAllTextAsync(_folder.File("threads.txt"), Token);
    }

    // Version 2, where processor time may be limited below the root, or version 1: the time of one processor.
    private static string? TryCreateGroup()
    {
        const string Root = "/sys/fs/cgroup";
        string name = $"rctonnx-test-{Environment.ProcessId}";
        foreach ((string parent, string file, string limit) in ((string, string, string)[])[(Root, "cpu.max", "100000 100000"), ($"{Root}/cpu", "cpu.cfs_quota_us", "100000")])
        {
            string group = Path.Combine(parent, name);
            try
            {
                if (!Directory.Exists(parent)) continue;
                Directory.CreateDirectory(group);
                if (File.Exists(Path.Combine(group, file)))
                {
                    File.WriteAllText(Path.Combine(group, file), limit);
                    return group;
                }
                Directory.Delete(group);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (Directory.Exists(group)) Directory.Delete(group);
            }
        }
        return null;
    }
}
