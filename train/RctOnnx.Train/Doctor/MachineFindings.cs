using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace RctOnnx.Train.Doctor;

/// <summary>The machine: system, processor, memory, limits of a container, disk.</summary>
internal static class MachineFindings
{
    private const long LeastMemory = 2L << 30, LeastDisk = 2L << 30;

    // Version 2 of Linux's control groups, then version 1.
    private static readonly string[] MemoryLimit = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    private static readonly string[] ProcessorLimit = ["/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us"];

    /// <summary>All of them; <paramref name="folder"/> is where runs would be written.</summary>
    public static IEnumerable<Finding> All(string folder)
    {
        yield return new Finding("system", FindingState.Ok, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        yield return new Finding(".NET", FindingState.Ok, RuntimeInformation.FrameworkDescription);
        yield return new Finding("processor", FindingState.Ok, $"{Environment.ProcessorCount} cores for this process");
        yield return Bf16();
        yield return Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        yield return new Finding("container limits", FindingState.Ok, $"memory {FirstOf(MemoryLimit)}, processor {FirstOf(ProcessorLimit)}");
        yield return Disk(folder);
        bool isInvariant = AppContext.TryGetSwitch("System.Globalization.Invariant", out bool invariant) && invariant;
        yield return new Finding("globalisation", FindingState.Ok, isInvariant ? "invariant" : $"culture data, {CultureInfo.CurrentCulture.Name}; the tokenizer does not depend on it");
    }

    /// <summary>Memory for this process.</summary>
    public static Finding Memory(long bytes) => bytes >= LeastMemory
        ? new Finding("memory", FindingState.Ok, $"{Gigabytes(bytes)} for this process")
        : new Finding("memory", FindingState.Note, $"{Gigabytes(bytes)} for this process", "Training a small encoder takes about 2 GB, a base-size one about 6 GB. Raise the limit, or take smaller batches.");

    private static Finding Disk(string folder)
    {
        long free = 0;
        Finding disk = Finding.Try("disk", "Start the program in a folder that can be read.", () => $"{Gigabytes(free = FreeSpace(folder))} free at '{folder}'", FindingState.Note);
        return disk.State == FindingState.Ok && free < LeastDisk
            ? disk with { State = FindingState.Note, Remedy = $"A run of a base-size model takes about {Gigabytes(LeastDisk)}. Free some space." }
            : disk;
    }

    private static Finding Bf16()
    {
        const string Name = "bf16 instructions";
        if (X86Base.IsSupported)
        {
            // Intel's manual, volume 2A, CPUID leaf 7: AVX512_BF16 is bit 5 of EAX of subleaf 1, AMX-BF16 bit 22 of EDX of subleaf 0.
            bool avx = (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0, amx = (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
            if (avx || amx) return new Finding(Name, FindingState.Ok, string.Join(", ", (string[])[.. avx ? ["AVX512_BF16"] : Array.Empty<string>(), .. amx ? ["AMX-BF16"] : Array.Empty<string>()]));
            return new Finding(Name, FindingState.Note, "none", "--precision bf16 works, but is not faster than fp32 on this processor.");
        }
        const string Features = "/proc/cpuinfo";
        if (File.Exists(Features) && File.ReadAllText(Features).Contains(" bf16", StringComparison.Ordinal)) return new Finding(Name, FindingState.Ok, "BF16");
        return new Finding(Name, FindingState.Note, "not known of this processor", "Compare --precision bf16 with fp32 before a long run.");
    }

    private static string FirstOf(string[] paths)
    {
        try
        {
            return paths.FirstOrDefault(File.Exists) is { } path ? Limit(File.ReadAllText(path).Trim()) : "not stated";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "not readable";
        }
    }

    // Control groups of version 1 say "no limit" by a number near 2^63 or by -1, those of version 2 by "max".
    private static string Limit(string text) =>
        text.StartsWith("max", StringComparison.Ordinal) || text == "-1" || (long.TryParse(text, out long value) && value > 1L << 60) ? "without limit" : text;

    private static long FreeSpace(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    private static string Gigabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):F1} GiB");
}
