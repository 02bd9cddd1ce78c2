using Microsoft.ML;
using RctOnnx.Bench.Latency;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Peers;
using RctOnnx.Bench.Reports;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using BertTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;

namespace RctOnnx.Bench.Compare;

/// <summary>The comparison from files to report.</summary>
internal static class CompareRun
{
    private const int SingleTextCount = 200;

    public static BenchReport Run(CompareSettings settings, CancellationToken token)
    {
        IdleCheck idle = new();
        ModelArtifact fp32 = ModelFile.Read(settings.Fp32).RequireArtifact(), int8 = ModelFile.Read(settings.Int8).RequireArtifact();
        string[] all = [.. TextDataset.Read(settings.Texts).Select(row => row.Text).Distinct()], texts = [.. all.Take(settings.Count)];
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(fp32.Vocabulary, fp32.Tokenizer);
        int[] lengths = [.. texts.Select(text => Math.Min(tokenizer.Encode(text).TokenCount, fp32.MaxLength))];
        using PeerFiles files = new(fp32, texts);
        ComparedModel[] models =
        [
            new(Precision.Fp32, settings.Fp32, fp32, files.Graph(Path.Combine(settings.Graphs, "minilm-l6-fused-fp32.onnx"), fp32)),
            new(Precision.Int8, settings.Int8, int8, files.Graph(Path.Combine(settings.Graphs, "minilm-l6-fused-dynamic-int8.onnx"), fp32)),
        ];
        string[] singles = [.. all.Where(text => tokenizer.Encode(text).TokenCount == LatencyRun.TokenCount).Take(SingleTextCount)];
        if (settings.Singles > 0 && singles.Length == 0) throw new DataException($"'{settings.Texts}' has no text of {LatencyRun.TokenCount} tokens for the latency of single texts. Choose other texts, or --singles 0.");
        List<ReportTable> tables = [.. Throughput(models, files, texts, settings.Rounds, token)];
        if (settings.Singles > 0) tables.Insert(2, Singles(models, singles, settings.Singles, token));
        return new BenchReport("Comparison of classification, string to label", [.. MachineInfo.Lines([.. NodePackages.Versions, MachineInfo.Package(typeof(MLContext)), MachineInfo.Package(typeof(BertTokenizer))]), idle.Describe()], CompareReport.Notes(settings, lengths), tables);
    }

    private static IReadOnlyList<ReportTable> Throughput(ComparedModel[] models, PeerFiles files, string[] texts, int rounds, CancellationToken token)
    {
        List<IContestant> contestants = [];
        List<SettingResult> tried = [];
        try
        {
            foreach (ComparedModel model in models) contestants.AddRange(Contestants.Of(model, files, texts, tried));
            foreach (IContestant contestant in contestants.Where(contestant => contestant is not NodeContestant)) contestant.Run(texts.Length); // warms
            List<Pass>[] passes = ConsoleProgress.Run("Comparing", contestants.Count * rounds, "passes", progress => Interleaved.Run(contestants, rounds, texts.Length, _ => Advance(progress, token)));
            return [CompareReport.Ratios(contestants, passes), CompareReport.Limits(contestants, passes), CompareReport.Contestants(contestants, passes), CompareReport.Tried(tried)];
        }
        finally
        {
            foreach (IContestant contestant in contestants) contestant.Dispose();
        }
    }

    private static ReportTable Singles(ComparedModel[] models, string[] texts, int callCount, CancellationToken token)
    {
        using PeerFiles files = new(models[0].Artifact, texts);
        List<ISingleContestant> contestants = [];
        try
        {
            foreach (ComparedModel model in models) contestants.AddRange(Contestants.SinglesOf(model, files, texts));
            List<double>[] seconds = ConsoleProgress.Run("Single texts", callCount, "texts", progress => LatencyRun.Run(contestants, texts.Length, callCount, () => Advance(progress, token)));
            return LatencyRun.Report(contestants, seconds);
        }
        finally
        {
            foreach (ISingleContestant contestant in contestants) contestant.Dispose();
        }
    }

    private static void Advance(IWorkProgress progress, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        progress.Advance(1);
    }
}
