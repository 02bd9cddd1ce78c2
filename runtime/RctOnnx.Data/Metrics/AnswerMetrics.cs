using System.Text.RegularExpressions;

namespace RctOnnx.Data.Metrics;

/// <summary>
/// Exact match and token F1 of answers, as the evaluation of SQuAD defines them (Rajpurkar et al. 2016, 2018): texts are compared in lower case without
/// punctuation of ASCII, the articles a, an and the, and white space; of several right answers the best one counts; where there is none, the empty answer is right.
/// </summary>
/// <param name="Count">Questions.</param>
/// <param name="ExactMatch">Share of answers that are a right one, 0 to 1.</param>
/// <param name="F1">Mean F1 of the answers' words against those of a right one, 0 to 1.</param>
public sealed partial record AnswerMetrics(long Count, double ExactMatch, double F1)
{
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /// <summary>Figures of answers.</summary>
    /// <param name="answers">Every answer with the right ones; NaN figures where there are no answers.</param>
    public static AnswerMetrics Compute(IEnumerable<(string Answer, IReadOnlyList<string> Gold)> answers)
    {
        long count = 0;
        double exact = 0, f1 = 0;
        foreach ((string answer, IReadOnlyList<string> gold) in answers)
        {
            string[] right = [.. gold.Select(Normal).Where(text => text.Length > 0)];
            if (right.Length == 0) right = [""];
            string given = Normal(answer);
            count++;
            exact += right.Contains(given) ? 1 : 0;
            f1 += right.Max(text => WordF1(given, text));
        }
        return new AnswerMetrics(count, exact / count, f1 / count);
    }

    /// <summary>What of a text is compared.</summary>
    public static string Normal(string text)
    {
        string plain = string.Concat(text.ToLowerInvariant().Where(character => !Punctuation.Contains(character)));
        return string.Join(' ', Articles().Replace(plain, " ").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static double WordF1(string given, string right)
    {
        string[] words = given.Split(' ', StringSplitOptions.RemoveEmptyEntries), wanted = right.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || wanted.Length == 0) return words.Length == wanted.Length ? 1 : 0;
        Dictionary<string, int> left = wanted.CountBy(word => word).ToDictionary();
        int same = words.Count(word => left.TryGetValue(word, out int times) && times > 0 && (left[word] = times - 1) >= 0);
        return same == 0 ? 0 : 2.0 * same / (words.Length + wanted.Length); // = 2PR / (P + R)
    }

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Articles();
}
