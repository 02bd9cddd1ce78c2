using System.Runtime.InteropServices;
using RctOnnx.Build;
using Xunit;

namespace RctOnnx.Train.Tests.Build;

public class ElfVersionNeedTests
{
    private const string Version = "GLIBCXX_3.4.32";

    private static string BuiltLibrary => Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");

    [Fact]
    public void The_built_library_names_the_version_and_loads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64, "Only the linux-x64 library is mended.");
        byte[] library = File.ReadAllBytes(BuiltLibrary);
        Assert.NotEmpty(ElfVersionNeed.FindFlags(library, Version));
        Assert.Equal([2f, 2f], (TorchSharp.torch.ones(2) + TorchSharp.torch.ones(2)).data<float>().ToArray());
    }

    [Fact]
    public void SetWeak_twice_changes_one_byte_an_entry_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF libraries are built on Linux only.");
        byte[] library = File.ReadAllBytes(BuiltLibrary);
        foreach (int offset in ElfVersionNeed.FindFlags(library, Version)) library[offset] = 0;
        byte[] before = [.. library];

        Assert.True(ElfVersionNeed.SetWeak(library, Version));
        int[] changed = [.. Enumerable.Range(0, library.Length).Where(i => library[i] != before[i])];
        Assert.Equal(ElfVersionNeed.FindFlags(library, Version), changed);
        Assert.All(changed, offset => Assert.Equal(2, library[offset]));

        Assert.False(ElfVersionNeed.SetWeak(library, Version));
    }

    [Fact]
    public void SetWeak_without_such_an_entry_or_an_elf_file_changes_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF libraries are built on Linux only.");
        Assert.False(ElfVersionNeed.SetWeak(File.ReadAllBytes(BuiltLibrary), "GLIBCXX_9.9.9"));
        Assert.False(ElfVersionNeed.SetWeak(new byte[128], Version));
        Assert.False(ElfVersionNeed.SetWeak([], Version));
    }

    [Fact]
    public void SystemProvides_looks_for_the_exact_version_name()
    {
        using Testing.TemporaryFolder folder = new();
        File.WriteAllBytes(folder.File("libstdc++.so.6"), "xGLIBCXX_3.4.320\0GLIBCXX_3.4.3\0"u8.ToArray());
        Assert.False(ElfVersionNeed.SystemProvides(Version, [folder.Path]));
        File.WriteAllBytes(folder.File("libstdc++.so.6"), "GGLIBCXX_3.4.32\0"u8.ToArray());
        Assert.True(ElfVersionNeed.SystemProvides(Version, [folder.Path]));
        Assert.False(ElfVersionNeed.SystemProvides(Version, [folder.File("absent")]));
    }
}
