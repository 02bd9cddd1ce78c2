using System.Globalization;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Reports;

namespace RctOnnx.Bench.Compare;

/// <summary>Tables of a comparison.</summary>
internal static class CompareReport
{
    /// <summary>How it was measured.</summary>
    public static IReadOnlyList<string> Notes(CompareSettings settings, int count, IReadOnlyList<int> lengths) =>
    [
        Text($"Texts: the first {count:N0} distinct of {Path.GetFileName(settings.Texts)}, {lengths.Sum():N0} tokens, {lengths.Average():N1} a text, longest {lengths.Max()}"),
        Text($"{settings.Rounds} rounds, contestants in turn; figures are medians, ratios are medians of the ratios of each round"),
        "Whole: strings to labels. Engine: token ids to logits, with the padding that it needs.",
        "Peers have the weights of the fp32 file; the dynamic int8 graph quantises them itself, a scale a column.",
    ];

    /// <summary>This product against the best peer of each precision.</summary>
    public static ReportTable Ratios(IReadOnlyList<IContestant> contestants, List<Pass>[] passes)
    {
        List<IReadOnlyList<string>> rows = [];
        foreach ((int own, IContestant contestant) in contestants.Index().Where(pair => pair.Item.Role == ContestantRole.Own))
        {
            int[] peers = [.. contestants.Index().Where(pair => pair.Item.Role == ContestantRole.Peer && pair.Item.Precision == contestant.Precision).Select(pair => pair.Index)];
            if (peers.Length == 0) continue;
            int best = peers.MinBy(peer => Samples.Median(passes[peer].Select(pass => pass.WholeSeconds!.Value)));
            rows.Add([
                $"{contestant.Precision}", $"{contestants[best].Name}; {contestants[best].Settings}",
                Text($"{Ratio(passes[best], passes[own], pass => pass.WholeSeconds!.Value):N2}"),
                Text($"{Ratio(passes[best], passes[own], pass => pass.EngineSeconds):N2}"),
            ]);
        }
        return new ReportTable("RctOnnx against the best peer", 2, ["precision", "best peer", "whole, times as fast", "engine, times as fast"], rows);
    }

    /// <summary>This product against its matrix products alone.</summary>
    public static ReportTable Limits(IReadOnlyList<IContestant> contestants, List<Pass>[] passes, int count) =>
        new("The limit: the model's matrix products alone, same tokens, same batches, same threads", 1,
            ["precision", "products alone, sentences/s", "RctOnnx engine, share of it", "RctOnnx whole, share of it"],
        [
            .. contestants.Index().Where(pair => pair.Item.Role == ContestantRole.Limit).Select(pair =>
            {
                List<Pass> limit = passes[pair.Index], own = passes[contestants.Index().First(other => other.Item.Role == ContestantRole.Own && other.Item.Precision == pair.Item.Precision).Index];
                return (IReadOnlyList<string>)
                [
                    $"{pair.Item.Precision}", Text($"{count / Samples.Median(limit.Select(pass => pass.EngineSeconds)):N0}"),
                    Text($"{100 * Ratio(limit, own, pass => pass.EngineSeconds):N0} %"),
                    Text($"{100 * Samples.Median(limit.Zip(own, (one, other) => one.EngineSeconds / other.WholeSeconds!.Value)):N0} %"),
                ];
            }),
        ]);

    /// <summary>Every contestant.</summary>
    public static ReportTable Contestants(IReadOnlyList<IContestant> contestants, List<Pass>[] passes, int count) =>
        new("Sentences a second", 3, ["precision", "contestant", "settings", "whole", "engine", "whole, slowest to fastest round", "same label as own fp32"],
        [
            .. contestants.Zip(passes).Where(pair => pair.First.Role != ContestantRole.Limit).Select(pair =>
            {
                (IContestant contestant, List<Pass> own) = pair;
                return (IReadOnlyList<string>)
                [
                    $"{contestant.Precision}", contestant.Name, contestant.Settings,
                    Text($"{count / Samples.Median(own.Select(pass => pass.WholeSeconds!.Value)):N0}"), Text($"{count / Samples.Median(own.Select(pass => pass.EngineSeconds)):N0}"),
                    Text($"{count / own.Max(pass => pass.WholeSeconds!.Value):N0} to {count / own.Min(pass => pass.WholeSeconds!.Value):N0}"),
                    Text($"{100 * Samples.Agreement(own[^1].Labels, passes[0][^1].Labels):N2} %"),
                ];
            }),
        ]);

    /// <summary>The settings of peers that were tried on fewer texts.</summary>
    public static ReportTable Tried(IReadOnlyList<SettingResult> tried) =>
        new("Settings of the peers that were tried", 3, ["precision", "peer", "settings", "whole, sentences/s"],
            [.. tried.Select(result => (IReadOnlyList<string>)[$"{result.Contestant.Precision}", result.Contestant.Name, result.Contestant.Settings, Text($"{result.TextsPerSecond:N0}")])]);

    private static double Ratio(List<Pass> slower, List<Pass> faster, Func<Pass, double> seconds) =>
        Samples.Median(slower.Zip(faster, (one, other) => seconds(one) / seconds(other)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
