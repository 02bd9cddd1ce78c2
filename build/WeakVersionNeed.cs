// Compiled twice: as an inline MSBuild task (TorchSharpNative.targets) and, without the task class, by the tests.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace RctOnnx.Build;

/// <summary>
/// Marks one "needed version" entry of an ELF library as weak, so that the loader no longer insists on it.
/// TorchSharp's native library names GLIBCXX_3.4.32 without using any symbol of it, and Debian 12 and
/// Ubuntu 22.04 ship an older libstdc++. Layout: System V ABI, symbol versioning (Verneed, Vernaux).
/// </summary>
public static class ElfVersionNeed
{
    private const uint GnuVerneedSection = 0x6ffffffe;
    private const ushort WeakFlag = 0x2;

    /// <summary>File offsets of the flags of every Vernaux entry with that name; empty if it is no 64-bit little-endian ELF file.</summary>
    public static IReadOnlyList<int> FindFlags(byte[] file, string version)
    {
        var found = new List<int>();
        if (file.Length < 64 || file[0] != 0x7f || file[1] != 'E' || file[2] != 'L' || file[3] != 'F' || file[4] != 2 || file[5] != 1)
            return found;
        long sections = BitConverter.ToInt64(file, 0x28);
        int sectionSize = BitConverter.ToUInt16(file, 0x3a), sectionCount = BitConverter.ToUInt16(file, 0x3c);
        for (int i = 0; i < sectionCount; i++)
        {
            int header = checked((int)(sections + i * sectionSize));
            if (BitConverter.ToUInt32(file, header + 4) != GnuVerneedSection) continue;
            int need = checked((int)BitConverter.ToInt64(file, header + 0x18));
            int stringsHeader = checked((int)(sections + BitConverter.ToUInt32(file, header + 0x28) * sectionSize));
            int strings = checked((int)BitConverter.ToInt64(file, stringsHeader + 0x18));
            Walk(file, need, strings, version, found);
        }
        return found;
    }

    /// <summary>Sets the weak flag; true if anything changed, false if it was set already or no entry has that name.</summary>
    public static bool SetWeak(byte[] file, string version)
    {
        bool changed = false;
        foreach (int offset in FindFlags(file, version))
        {
            if ((file[offset] & WeakFlag) != 0) continue;
            file[offset] |= (byte)WeakFlag;
            changed = true;
        }
        return changed;
    }

    /// <summary>True if a libstdc++ in one of the folders defines the version.</summary>
    public static bool SystemProvides(string version, IEnumerable<string> folders)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(version + "\0");
        foreach (string folder in folders)
        {
            string library = Path.Combine(folder, "libstdc++.so.6");
            if (File.Exists(library) && Contains(File.ReadAllBytes(library), wanted)) return true;
        }
        return false;
    }

    private static void Walk(byte[] file, int need, int strings, string version, List<int> found)
    {
        while (true)
        {
            int count = BitConverter.ToUInt16(file, need + 2), entry = need + (int)BitConverter.ToUInt32(file, need + 8);
            for (int k = 0; k < count; k++)
            {
                int name = strings + (int)BitConverter.ToUInt32(file, entry + 8), end = Array.IndexOf(file, (byte)0, name);
                if (Encoding.ASCII.GetString(file, name, end - name) == version) found.Add(entry + 4);
                entry += (int)BitConverter.ToUInt32(file, entry + 12);
            }
            int next = (int)BitConverter.ToUInt32(file, need + 12);
            if (next == 0) return;
            need += next;
        }
    }

    private static bool Contains(byte[] text, byte[] wanted)
    {
        for (int at = Array.IndexOf(text, wanted[0]); at >= 0 && at + wanted.Length <= text.Length; at = Array.IndexOf(text, wanted[0], at + 1))
        {
            int k = 1;
            while (k < wanted.Length && text[at + k] == wanted[k]) k++;
            if (k == wanted.Length) return true;
        }
        return false;
    }
}

#if !WITHOUT_TASK
/// <summary>The build step: patches a copy and moves it into place, so that a hard link into the package cache is never written through.</summary>
public class WeakVersionNeed : Microsoft.Build.Utilities.Task
{
    /// <summary>The library in the output folder.</summary>
    [Microsoft.Build.Framework.Required]
    public string File { get; set; }

    /// <summary>The version that need not be there, such as GLIBCXX_3.4.32.</summary>
    [Microsoft.Build.Framework.Required]
    public string Version { get; set; }

    /// <summary>Folders where the system keeps libstdc++.</summary>
    [Microsoft.Build.Framework.Required]
    public string[] LibraryFolders { get; set; }

    /// <inheritdoc/>
    public override bool Execute()
    {
        if (ElfVersionNeed.SystemProvides(Version, LibraryFolders)) return true;
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        if (!ElfVersionNeed.SetWeak(bytes, Version)) return true;
        string temporary = File + ".tmp";
        System.IO.File.WriteAllBytes(temporary, bytes);
        System.IO.File.Delete(File);
        System.IO.File.Move(temporary, File);
        Log.LogMessage(Microsoft.Build.Framework.MessageImportance.Normal, "{0}: {1} is no longer insisted on.", File, Version);
        return true;
    }
}
#endif
