namespace RctOnnx.Train.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="State">What it means.</param>
/// <param name="Value">What was found.</param>
/// <param name="Remedy">What to do about it; null where nothing is to be done.</param>
internal sealed record Finding(string Name, FindingState State, string Value, string? Remedy = null)
{
    /// <summary>
    /// What a trial gives, or its failure as a finding. Native libraries that are missing or of another system fail in many ways,
    /// so that every exception counts.
    /// </summary>
    public static Finding Try(string name, string remedy, Func<string> trial, FindingState failure = FindingState.Missing)
    {
        try
        {
            return new Finding(name, FindingState.Ok, trial());
        }
        catch (Exception e)
        {
            Exception cause = e;
            while (cause is TypeInitializationException or AggregateException or System.Reflection.TargetInvocationException && cause.InnerException is { } inner) cause = inner;
            return new Finding(name, failure, $"{cause.GetType().Name}: {cause.Message.Split('\n')[0].TrimEnd()}", remedy);
        }
    }
}
