namespace RctOnnx.Onnx;

/// <summary>Whether the tasks of a model of several fit one another.</summary>
internal static class TaskCheck
{
    private const int LongestName = 64;

    /// <summary>Adds what does not fit.</summary>
    public static void Check(ModelDescription model, List<string> faults)
    {
        if (model.MoreTasks.Count == 0)
        {
            if (model.TaskName is { } name) faults.Add($"one task with the name '{name}': a name belongs to models of several");
            return;
        }
        if (model.Document is not null) faults.Add("several tasks and a rule for documents: their heads read one vector a text");
        string[] names = [.. model.Tasks.Select(task => task.Name)];
        foreach (string name in names.Where(name => !IsName(name))) faults.Add($"a task with the name '{name}', expected 1 to {LongestName} letters, digits, '-' and '_'");
        foreach (string name in names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key)) faults.Add($"the task '{name}' twice");
        foreach (TaskDescription task in model.MoreTasks)
        {
            string of = $" of the task '{task.Name}'";
            if (task.Head.Kind == HeadKind.None || task.Labels.Count == 0) faults.Add($"a head of kind {task.Head.Kind} with {task.Labels.Count} labels{of}: each task has a head and labels");
            if (task.Head.Pooling != model.Head.Pooling) faults.Add($"{task.Head.Pooling} pooling{of}, expected that of the first task, {model.Head.Pooling}: all heads read the same features");
            // Everything else is as it would be for a model of this task alone.
            ModelDescription alone = model with { MoreTasks = [], TaskName = null, Head = task.Head, ProblemType = task.ProblemType, Labels = task.Labels, Calibration = task.Calibration, Probes = [], Document = null };
            faults.AddRange(ArtifactCheck.CheckDescription(alone).Where(fault => !faults.Contains(fault)).Select(fault => fault + of));
        }
    }

    /// <summary>Whether a text can be the name of a task.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
}
