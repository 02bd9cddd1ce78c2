using System.Globalization;
using RctOnnx.Bench.Compare;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Reports;
using RctOnnx.Onnx;
using RctOnnx.Train.Comparison;
using RctOnnx.Train.Reports.Pictures;

namespace RctOnnx.Bench.Candidates;

/// <summary>Tables and picture of candidates; the first is the reference.</summary>
internal static class CandidatesReport
{
    /// <summary>How it was measured.</summary>
    public static IReadOnlyList<string> Notes(string test, int rowCount, int textCount, int rounds) =>
    [
        Text($"Accuracy and macro F1: all {rowCount:N0} sentences of {Path.GetFileName(test)}, read alone, or among their neighbours by models of whole abstracts"),
        Text($"Rates: {textCount:N0} distinct sentences, {rounds} rounds, models and peer in turn; medians, and medians of the ratios of each round; models of whole abstracts read the first abstracts with as many sentences"),
        "Whole: strings to labels. Engine: token ids to logits. The peer runs the weights of the reference (the first row), int8 a scale a column; its graph has a pooler (one matrix product a sentence), which is an identity where the reference has none.",
    ];

    /// <summary>Every candidate beside the peer.</summary>
    public static ReportTable Table(IReadOnlyList<Candidate> candidates, IContestant peer, List<Pass> peerPasses) =>
        new("Candidates", 3, ["model", "layers × width", "reads", "file, MB", "accuracy, %", "macro F1, %", "whole, sentences/s", "engine", "whole, times the peer's", "engine, times the peer's"],
        [
            .. candidates.Select(one => (IReadOnlyList<string>)
            [
                one.Name, one.Shape, one.ReadsDocuments ? "whole abstracts" : "sentences", Text($"{one.Megabytes:N1}"), Text($"{100 * one.Accuracy:N2}"), Text($"{100 * one.MacroF1:N2}"),
                Text($"{one.Whole:N0}"), Number(one.Engine, "N0"), Text($"{one.WholeRatio:N2}"), Number(one.EngineRatio, "N2"),
            ]),
            [$"{peer.Name}; {peer.Settings}", "6 × 384, int8", "sentences", "", "", "", Text($"{Samples.Median(peerPasses.Select(pass => pass.WholeRate)):N0}"), Text($"{Samples.Median(peerPasses.Select(pass => pass.EngineRate)):N0}"), "1", "1"],
        ]);

    /// <summary>Which to take.</summary>
    public static ReportTable Choices(IReadOnlyList<Candidate> candidates) =>
        new("Which to take", 2, ["when", "model"], [.. Choice.Of(candidates[0], [.. candidates.Skip(1)]).Select(choice => (IReadOnlyList<string>)[choice.Need, choice.Name])]);

    /// <summary>Accuracy against speed as a PNG file.</summary>
    public static void Draw(string path, IReadOnlyList<Candidate> candidates, string set)
    {
        byte[] image = TradeOffPicture.Draw([.. candidates.Select(one => new TradeOff(one.Name.Replace(".onnx", "", StringComparison.Ordinal).Replace(".int8", "", StringComparison.Ordinal), one.Whole, 100 * one.Accuracy))], set, ComparedFigure.Accuracy);
        AtomicFile.Write(path, stream => stream.Write(image));
    }

    private static string Number(double value, string format) => double.IsNaN(value) ? "" : value.ToString(format, CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
