namespace RctOnnx.Bench.Candidates;

/// <summary>Which candidate to take when. Pure.</summary>
/// <param name="Need">What a user asks for.</param>
/// <param name="Name">The file.</param>
internal sealed record Choice(string Need, string Name)
{
    /// <summary>Accuracy that may be lost against the reference, in points.</summary>
    public const double Margin = 0.3;

    /// <summary>The best for each need, as far as any candidate meets it.</summary>
    /// <param name="reference">The model that the candidates stand in for.</param>
    /// <param name="candidates">At least one.</param>
    public static IReadOnlyList<Choice> Of(Candidate reference, IReadOnlyList<Candidate> candidates)
    {
        Candidate[] sentences = [.. candidates.Where(one => !one.ReadsDocuments)], documents = [.. candidates.Where(one => one.ReadsDocuments)];
        List<Choice> choices = [];
        if (documents.Length > 0) choices.Add(new("whole abstracts are at hand", documents.MaxBy(one => one.Accuracy)!.Name));
        if (sentences.Length == 0) return choices;
        choices.Add(new("single sentences, as right as can be", sentences.MaxBy(one => one.Accuracy)!.Name));
        if (sentences.Where(one => IsAsGoodAs(one, reference)).MaxBy(one => one.Whole) is { } fast)
            choices.Add(new($"single sentences, as fast as can be within {Margin.ToString(System.Globalization.CultureInfo.InvariantCulture)} points of the reference", fast.Name));
        choices.Add(new("single sentences, speed before all", sentences.MaxBy(one => one.Whole)!.Name));
        choices.Add(new("the smallest file", candidates.MinBy(one => one.Megabytes)!.Name));
        return choices;
    }

    /// <summary>Whether a candidate is at most <see cref="Margin"/> points less accurate.</summary>
    public static bool IsAsGoodAs(Candidate candidate, Candidate reference) => 100 * (reference.Accuracy - candidate.Accuracy) <= Margin + 1e-9;
}
