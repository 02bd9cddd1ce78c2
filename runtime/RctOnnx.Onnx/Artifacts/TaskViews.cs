namespace RctOnnx.Onnx;

/// <summary>From models of one task to a model of several over one encoder, and back.</summary>
public static class TaskViews
{
    /// <summary>Whether a text can be the name of a task: 1 to 64 letters, digits, '-' and '_'.</summary>
    public static bool IsName(string name) => TaskCheck.IsName(name);

    /// <summary>The model of one of the tasks, with its own head under the names that a model of one task has; a model of one task as it is.</summary>
    /// <param name="model">A model of one task or several.</param>
    /// <param name="task">Name of the task.</param>
    /// <exception cref="ModelFileException">The model has several tasks, and none of that name.</exception>
    public static ModelArtifact Alone(ModelArtifact model, string task)
    {
        if (model.MoreTasks.Count == 0) return model;
        int index = model.Tasks.ToList().FindIndex(one => one.Name == task);
        if (index < 0) throw new ModelFileException($"The model has no task '{task}'; it has {string.Join(", ", model.Tasks.Select(one => one.Name))}. Choose one of them.");
        TaskDescription chosen = model.Tasks[index];
        string prefix = TensorNames.Task(chosen.Name);
        bool isFirst = index == 0;
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, TensorData weight) in model.Weights)
        {
            if (name.StartsWith("tasks.", StringComparison.Ordinal))
            {
                if (!isFirst && name.StartsWith(prefix, StringComparison.Ordinal)) weights.Add(name[prefix.Length..], weight);
            }
            else if (isFirst || !name.StartsWith("head.", StringComparison.Ordinal))
            {
                weights.Add(name, weight);
            }
        }
        return model with
        {
            TaskName = null,
            MoreTasks = [],
            Head = chosen.Head,
            ProblemType = chosen.ProblemType,
            Labels = chosen.Labels,
            Calibration = chosen.Calibration,
            Weights = weights,
            Probes = [],
            Proof = null,
        };
    }

    /// <summary>A model of several tasks out of models of one task each: encoder, tokenizer and limits are those of the first, of the others only the heads are taken.</summary>
    /// <param name="tasks">By name, one at least.</param>
    public static ModelArtifact Joined(IReadOnlyList<KeyValuePair<string, ModelArtifact>> tasks)
    {
        (string name, ModelArtifact first) = tasks[0];
        if (tasks.Count == 1) return first;
        Dictionary<string, TensorData> weights = new(first.Weights);
        foreach ((string other, ModelArtifact model) in tasks.Skip(1))
            foreach ((string weight, TensorData values) in model.Weights.Where(pair => pair.Key.StartsWith("head.", StringComparison.Ordinal)))
                weights.Add(TensorNames.Task(other) + weight, values);
        return first with
        {
            TaskName = name,
            MoreTasks = [.. tasks.Skip(1).Select(task => new TaskDescription { Name = task.Key, Head = task.Value.Head, ProblemType = task.Value.ProblemType, Labels = task.Value.Labels, Calibration = task.Value.Calibration })],
            Weights = weights,
            Probes = [],
            Proof = null,
        };
    }
}
