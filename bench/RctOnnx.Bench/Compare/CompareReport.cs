using System.Globalization;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Reports;

namespace RctOnnx.Bench.Compare;

/// <summary>Tables of a comparison.</summary>
internal static class CompareReport
{
    /// <summary>How it was measured.</summary>
    public static IReadOnlyList<string> Notes(CompareSettings settings, IReadOnlyList<int> lengths) =>
    [
        Text($"Texts: the first {lengths.Count:N0} distinct of {Path.GetFileName(settings.Texts)}, {lengths.Sum():N0} tokens, {lengths.Average():N1} a text, longest {lengths.Max()}"),
        Text($"{settings.Rounds} rounds, contestants in turn; figures are medians, ratios are medians of the ratios of each round"),
        "Whole: strings to labels. Engine: token ids to logits, with the padding that it needs.",
        "onnxruntime-node has the weights of the fp32 file; the dynamic int8 graph quantises them itself, a scale a column. ML.NET and the tutorial run the portable graphs of the files.",
    ];

    /// <summary>This product against the best peer of each precision.</summary>
    public static ReportTable Ratios(IReadOnlyList<IContestant> contestants, List<Pass>[] passes) =>
        new("RctOnnx against the best peer", 2, ["precision", "best peer", "whole, times as fast", "engine, times as fast"],
            [.. contestants.Index().Where(pair => pair.Item.Role == ContestantRole.Own).Select(pair => RatiosOf(pair.Index, contestants, passes))]);

    /// <summary>This product against its matrix products alone.</summary>
    public static ReportTable Limits(IReadOnlyList<IContestant> contestants, List<Pass>[] passes) =>
        new("The limit: the model's matrix products alone, same tokens, same batches, same threads", 1,
            ["precision", "products alone, sentences/s", "RctOnnx engine, share of it", "RctOnnx whole, share of it"],
        [
            .. contestants.Index().Where(pair => pair.Item.Role == ContestantRole.Limit).Select(pair =>
            {
                List<Pass> limit = passes[pair.Index], own = passes[contestants.Index().First(other => other.Item.Role == ContestantRole.Own && other.Item.Precision == pair.Item.Precision).Index];
                return (IReadOnlyList<string>)
                [
                    $"{pair.Item.Precision}", Text($"{Samples.Median(limit.Select(pass => pass.EngineRate)):N0}"),
                    Text($"{100 * Samples.Median(own.Zip(limit, (one, most) => one.EngineRate / most.EngineRate)):N0} %"),
                    Text($"{100 * Samples.Median(own.Zip(limit, (one, most) => one.WholeRate / most.EngineRate)):N0} %"),
                ];
            }),
        ]);

    /// <summary>Every contestant.</summary>
    public static ReportTable Contestants(IReadOnlyList<IContestant> contestants, List<Pass>[] passes) =>
        new("Sentences a second", 3, ["precision", "contestant", "settings", "texts a round", "whole", "engine", "whole, slowest to fastest round", "same label as own fp32"],
        [
            .. contestants.Zip(passes).Where(pair => pair.First.Role != ContestantRole.Limit).Select(pair =>
            {
                (IContestant contestant, List<Pass> own) = pair;
                IReadOnlyList<int> labels = own[^1].Labels;
                return (IReadOnlyList<string>)
                [
                    $"{contestant.Precision}", contestant.Name, contestant.Settings, Text($"{own[^1].Count:N0}"),
                    Text($"{Samples.Median(own.Select(pass => pass.WholeRate)):N0}"), Text($"{Samples.Median(own.Select(pass => pass.EngineRate)):N0}"),
                    Text($"{own.Min(pass => pass.WholeRate):N0} to {own.Max(pass => pass.WholeRate):N0}"),
                    Text($"{100 * Samples.Agreement(labels, [.. passes[0][^1].Labels.Take(labels.Count)]):N2} %"),
                ];
            }),
        ]);

    /// <summary>The settings of peers that were tried on fewer texts.</summary>
    public static ReportTable Tried(IReadOnlyList<SettingResult> tried) =>
        new("Settings of onnxruntime-node that were tried", 2, ["precision", "settings", "whole, sentences/s"],
            [.. tried.Select(result => (IReadOnlyList<string>)[$"{result.Contestant.Precision}", result.Contestant.Settings, Text($"{result.TextsPerSecond:N0}")])]);

    private static IReadOnlyList<string> RatiosOf(int own, IReadOnlyList<IContestant> contestants, List<Pass>[] passes)
    {
        int best = contestants.Index().Where(pair => pair.Item.Role == ContestantRole.Peer && pair.Item.Precision == contestants[own].Precision)
            .Select(pair => pair.Index).MaxBy(peer => Samples.Median(passes[peer].Select(pass => pass.WholeRate)));
        return
        [
            $"{contestants[own].Precision}", $"{contestants[best].Name}; {contestants[best].Settings}",
            Text($"{Samples.Median(passes[own].Zip(passes[best], (one, other) => one.WholeRate / other.WholeRate)):N2}"),
            Text($"{Samples.Median(passes[own].Zip(passes[best], (one, other) => one.EngineRate / other.EngineRate)):N2}"),
        ];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
