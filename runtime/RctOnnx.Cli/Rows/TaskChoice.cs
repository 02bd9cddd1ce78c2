using RctOnnx.Onnx;

namespace RctOnnx.Cli.Rows;

/// <summary>Whether a verb that compares with labels knows which task of a file of several they are of.</summary>
internal static class TaskChoice
{
    /// <summary>Refuses a file of several tasks of which none is named.</summary>
    /// <param name="model">The file.</param>
    /// <param name="tasks">Of the file; at most one where it has no names.</param>
    /// <param name="named">By --task.</param>
    /// <exception cref="SettingsException">A name is missing.</exception>
    public static void Require(string model, IReadOnlyList<TaskDescription> tasks, string? named)
    {
        if (tasks.Count > 1 && named is null)
            throw new SettingsException($"'{model}' has several tasks ({string.Join(", ", tasks.Select(task => task.Name))}). Name the one that the labels are of by --task.");
    }
}
