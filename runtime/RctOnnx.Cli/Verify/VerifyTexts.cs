namespace RctOnnx.Cli.Verify;

/// <summary>Texts of every length up to some hundred words, for models of single texts, where no data is given.</summary>
internal static class VerifyTexts
{
    private const string Words =
        "We studied whether a daily walk of half an hour changes blood pressure in adults over sixty . Patients were assigned at random to "
        + "walking or to usual care for twelve weeks ; pressure was measured at rest , before and after , by nurses who did not know the group . "
        + "The mean fell by 4.2 mm Hg ( 95 % CI 1.1 to 7.3 ) in the walking group and did not change in the other . No adverse event was seen . "
        + "A short walk every day may help where drugs are not wanted .";

    /// <summary>The texts: beginnings of one passage and of its rotations.</summary>
    public static IReadOnlyList<string> All { get; } = Make();

    private static List<string> Make()
    {
        string[] words = Words.Split(' ');
        List<string> texts = [];
        for (int count = 1; count <= 3 * words.Length; count += 1 + count / 12)
            texts.Add(string.Join(' ', Enumerable.Range(0, count).Select(i => words[(7 * count + i) % words.Length])));
        return texts;
    }
}
