namespace RctOnnx.Runtime.Quantization;

/// <summary>Answers of a model to the dev texts, in their order: a classifier's, or the texts that a model of another kind names.</summary>
public sealed record DevAnswers
{
    /// <summary>Of a classifier for each sentence or pair: those of its task, of several that of <see cref="QuantizationOptions.TaskName"/>. Else empty.</summary>
    public IReadOnlyList<Classification> Classifications { get; init; } = [];

    /// <summary>Of other models: the answer to each question, the place of the chosen text for each prompt (from 0), or the likeliest piece behind each mask. Else empty.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Number of answers.</summary>
    public int Count => Math.Max(Classifications.Count, Texts.Count);

    /// <summary>What is compared between two models, by task.</summary>
    internal IReadOnlyList<TaskAnswers> Tasks { get; init; } = [];

    /// <summary>Answers to parts of the texts as those to all of them.</summary>
    /// <param name="parts">In their order, one at least.</param>
    internal static DevAnswers Joined(IReadOnlyList<DevAnswers> parts) => new()
    {
        Classifications = [.. parts.SelectMany(part => part.Classifications)],
        Texts = [.. parts.SelectMany(part => part.Texts)],
        Tasks = [.. parts[0].Tasks.Select((_, task) => TaskAnswers.Joined([.. parts.Select(part => part.Tasks[task])]))],
    };

    /// <summary>Mean squared difference of the logits, that of several tasks over tasks of equal weight.</summary>
    internal double SquaredDistance(DevAnswers other) => Tasks.Zip(other.Tasks).Average(task =>
        task.First.Logits.Zip(task.Second.Logits).Average(pair => pair.First.Zip(pair.Second).Average(both => Math.Pow(both.First - both.Second, 2))));

    /// <summary>Share of equal labels or texts, in all tasks that answer them together; 1 where none does.</summary>
    internal double AgreementWith(DevAnswers other)
    {
        (string, string)[] pairs = [.. Tasks.Zip(other.Tasks).SelectMany(task => (task.First.Labels ?? []).Zip(task.Second.Labels ?? []))];
        return pairs.Length == 0 ? 1 : (double)pairs.Count(pair => pair.Item1 == pair.Item2) / pairs.Length;
    }
}
