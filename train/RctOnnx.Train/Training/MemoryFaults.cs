using System.Runtime.InteropServices;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Training;

/// <summary>Memory that runs out, in words that say what to lower.</summary>
internal static class MemoryFaults
{
    /// <summary>Does the work of a run.</summary>
    /// <param name="settings">Of its loop.</param>
    /// <param name="work">The work.</param>
    /// <exception cref="SettingsException">Memory ran out.</exception>
    public static T Named<T>(LoopSettings settings, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsOutOfMemory(e))
        {
            throw new SettingsException($"Memory ran out. {settings.MemoryAdvice}.", e);
        }
    }

    /// <summary>The message for a batch.</summary>
    /// <param name="settings">Of the loop.</param>
    /// <param name="step">Its step, from 1.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="longest">Tokens of the longest one.</param>
    /// <param name="fault">What was thrown.</param>
    public static SettingsException InBatch(LoopSettings settings, long step, int rows, int longest, Exception fault) =>
        new($"Memory ran out at step {step}, in a batch of {rows} rows of up to {longest} tokens. {settings.MemoryAdvice}.", fault);

    /// <summary>Whether an exception says so: .NET's, or libtorch's in the words of its allocators for processor and card.</summary>
    public static bool IsOutOfMemory(Exception fault) => fault is OutOfMemoryException
        || (fault is ExternalException && (fault.Message.Contains("can't allocate memory", StringComparison.Ordinal) || fault.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)));
}
