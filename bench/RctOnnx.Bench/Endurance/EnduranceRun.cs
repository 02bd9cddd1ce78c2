using System.Diagnostics;
using System.Globalization;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Reports;
using RctOnnx.Data;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Endurance;

/// <summary>Memory over many texts and the cost of waiting, from a model file to a report.</summary>
internal static class EnduranceRun
{
    /// <summary>Parts of the run after which memory is read.</summary>
    public const int PartCount = 20;

    private const int CallTexts = 2048; // as many as a chunk of a stream
    private const int Seed = 1;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1); // what the runtime does by itself after a call

    public static BenchReport Run(string model, int count, TimeSpan limit, TimeSpan idleTime, CancellationToken token)
    {
        IdleCheck idle = new();
        string[] words = [.. TextDataset.Read(BenchmarkFolders.Data("rct-abstracts", "test.txt")).SelectMany(row => row.Text.Split(' ')).Distinct()];
        (ReportTable memory, IReadOnlyList<string> notes) = Memory(model, words, count, limit, token);
        ReportTable waiting = new(Text($"Processor time of an open classifier with nothing to do, {idleTime.TotalSeconds:N0} s"), 1, ["profile", "processor time, ms", "share of one processor"],
            [.. Enum.GetValues<PerformanceProfile>().Select(profile => Waiting(model, profile, idleTime, token))]);
        return new BenchReport("Memory over many texts, and the cost of waiting", [.. MachineInfo.Lines([]), idle.Describe()], [$"Model: {Path.GetFileName(model)}", .. notes], [memory, waiting]);
    }

    private static (ReportTable, IReadOnlyList<string>) Memory(string model, string[] words, int count, TimeSpan limit, CancellationToken token)
    {
        using TextClassifier classifier = TextClassifier.Load(model, new TextClassifierOptions { TopK = 1 });
        List<(int Texts, double Seconds, long Resident, long Heap)> readings = [];
        long allocated = 0, longest = 0, start = Stopwatch.GetTimestamp();
        int collections = GC.CollectionCount(0), done = 0;
        int size = Math.Max(1, Math.Min(CallTexts, count / PartCount));
        foreach (string[] texts in RandomTexts.Of(words, Seed).Take(count).Chunk(size))
        {
            token.ThrowIfCancellationRequested();
            long before = GC.GetTotalAllocatedBytes();
            IReadOnlyList<Classification> answers = classifier.Classify(texts, token);
            allocated += GC.GetTotalAllocatedBytes() - before;
            longest = Math.Max(longest, answers.Max(answer => answer.TokenCount));
            done += texts.Length;
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
            // Each part of the texts or of the time, whichever ends first.
            double share = Math.Max((double)done / count, elapsed / limit);
            if (share >= (readings.Count + 1.0) / PartCount) readings.Add((done, elapsed.TotalSeconds, Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false)));
            if (share >= 1) break;
        }
        int early = Math.Max(1, readings.Count / 5);
        if (readings.Count <= early) throw new SettingsException($"Memory was read {readings.Count} times, too seldom to compare. Give more --texts, or more --minutes.");
        (long fifth, long rest) = (Most(readings.Take(early)), Most(readings.Skip(early)));
        return (new ReportTable("Memory against texts", 0, ["texts", "s after the start", "resident memory, MB", "managed heap, MB"],
            [.. readings.Select(one => (IReadOnlyList<string>)[Text($"{one.Texts:N0}"), Text($"{one.Seconds:N0}"), Text($"{one.Resident / 1e6:N0}"), Text($"{one.Heap / 1e6:N0}")])]),
        [
            Text($"{done:N0} texts of random words of the RCT test set, 1 to {RandomTexts.MostWords} words, the number exponential; the longest has {longest:N0} tokens; calls of {size:N0} texts"),
            Text($"Resident memory, largest reading: {fifth / 1e6:N0} MB in the first fifth, {rest / 1e6:N0} MB after it ({100.0 * (rest - fifth) / fifth:+0.0;-0.0} %)"),
            Text($"Allocated in the calls: {(double)allocated / done:N0} bytes a text, {GC.CollectionCount(0) - collections:N0} collections in the run"),
        ]);

        static long Most(IEnumerable<(int, double, long Resident, long)> part) => part.Select(one => one.Resident).Max();
    }

    private static IReadOnlyList<string> Waiting(string model, PerformanceProfile profile, TimeSpan time, CancellationToken token)
    {
        using TextClassifier classifier = TextClassifier.Load(model, new TextClassifierOptions { Profile = profile });
        _ = classifier.Classify("The results were the same in both groups.");
        Thread.Sleep(Settling);
        TimeSpan before = Environment.CpuUsage.TotalTime;
        if (token.WaitHandle.WaitOne(time)) token.ThrowIfCancellationRequested();
        TimeSpan used = Environment.CpuUsage.TotalTime - before;
        return [$"{profile}", Text($"{used.TotalMilliseconds:N0}"), Text($"{100 * (used / time):N2} %")];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
