using BenchmarkDotNet.Running;
using RctOnnx.Bench.Models;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Bench.Engine;

/// <summary>How much a benchmark's call works on.</summary>
internal sealed record TextCall(int Texts, long Tokens, long ComputedTokens)
{
    /// <summary>From the parameters <c>Batch</c>, and <c>Length</c> or real texts with <c>Padded</c>.</summary>
    public static TextCall Of(BenchmarkCase benchmark)
    {
        int batch = (int)benchmark.Parameters["Batch"];
        if (benchmark.Parameters["Length"] is int length) return new TextCall(batch, (long)batch * length, (long)batch * length);
        TokenizerSource source = TokenizerFiles.Load(BenchmarkFolders.Weights("all-MiniLM-L6-v2"));
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(source.Vocabulary, source.Settings);
        int[] lengths = [.. ClassificationBenchmark.Texts(batch).Select(text => Math.Min(tokenizer.Encode(text).TokenCount, TemporaryModel.MaxLength))];
        int budget = new TextClassifierOptions().BatchTokens;
        List<PlannedBatch> plan = benchmark.Parameters["Padded"] is true ? BatchPlanner.Padded(lengths, budget) : BatchPlanner.EqualLengths(lengths, budget);
        return new TextCall(batch, lengths.Sum(), plan.Sum(one => (long)one.Rows.Count * one.Length));
    }
}
