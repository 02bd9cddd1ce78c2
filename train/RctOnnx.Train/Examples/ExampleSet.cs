using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Losses;

namespace RctOnnx.Train.Examples;

/// <summary>A data set as tokens and targets. A row of tokens has one answer, or, with <see cref="Reads"/>, one for every sentence that is read in it; answers are counted through all rows.</summary>
internal sealed record ExampleSet
{
    /// <summary>For people: the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>Token ids of every row.</summary>
    public required TokenStore Tokens { get; init; }

    /// <summary>What the labels mean.</summary>
    public required ProblemType Problem { get; init; }

    /// <summary>Labels of the task; values a row where rows have no one class.</summary>
    public required int LabelCount { get; init; }

    /// <summary>Places in every row whose answers are wanted, of documents; null where a row has one answer.</summary>
    public IReadOnlyList<int[]>? Reads { get; init; }

    /// <summary>Sentences of every document in the order of the answers, one of 1 for a row without a group; empty where neither texts are kept nor documents read.</summary>
    public IReadOnlyList<int> DocumentLengths { get; init; } = [];

    /// <summary>Tokens of every sentence of documents, as far as they are looked at; empty where a row has one answer.</summary>
    public IReadOnlyList<int> SentenceTokens { get; init; } = [];

    /// <summary>Whether the two texts of a row are read by two encoders: its tokens are then those of both, each with [CLS] and [SEP].</summary>
    public bool IsTwoTexts { get; init; }

    /// <summary>Class index of every answer; empty where rows have no one class.</summary>
    public required IReadOnlyList<int> Classes { get; init; }

    /// <summary>Values (regression) or 0/1 memberships (several labels), [rows, labels]; empty where rows have one class.</summary>
    public required IReadOnlyList<float> Values { get; init; }

    /// <summary>The texts of all answers; empty for training rows, which nobody asks for again.</summary>
    public required IReadOnlyList<LabelledText> Texts { get; init; }

    /// <summary>Texts that were cut at the limit.</summary>
    public required long TruncatedCount { get; init; }

    /// <summary>SHA-256 over tokens and targets, in order.</summary>
    public required string Hash { get; init; }

    /// <summary>Answers of all rows.</summary>
    public int AnswerCount => Reads is null ? Tokens.RowCount : SentenceTokens.Count;

    /// <summary>Tokens of an answer's text, special tokens included, as far as they are looked at.</summary>
    public int TokensOf(int answer) => Reads is null ? Tokens.Length(answer) : SentenceTokens[answer];

    /// <summary>The texts by document, where they are kept.</summary>
    public IEnumerable<IReadOnlyList<LabelledText>> Documents()
    {
        int first = 0;
        foreach (int length in DocumentLengths)
        {
            yield return [.. Enumerable.Range(first, length).Select(i => Texts[i])];
            first += length;
        }
    }

    /// <summary>The answers of some rows, in their order.</summary>
    public IEnumerable<int> AnswersOf(IEnumerable<int> rows) => Reads is null ? rows : rows.SelectMany(row => Enumerable.Range(FirstAnswers[row], Reads[row].Length));

    /// <summary>The targets of some rows.</summary>
    /// <param name="rows">Their indices.</param>
    /// <param name="scale">Scales values; null leaves them in the unit of the data.</param>
    public TaskTargets Targets(IReadOnlyList<int> rows, ValueScale? scale = null)
    {
        if (Values.Count == 0) return TaskTargets.OfClasses([.. AnswersOf(rows).Select(answer => (long)Classes[answer])]);
        IEnumerable<float> values = rows.SelectMany(row => Enumerable.Range(row * LabelCount, LabelCount)).Select(i => Values[i]);
        return TaskTargets.OfValues(scale is null ? [.. values] : scale.Scale(values), LabelCount);
    }

    /// <summary>A batch of some rows.</summary>
    /// <param name="rows">Their indices.</param>
    /// <param name="padId">Id of padding.</param>
    public TokenBatch Batch(IReadOnlyList<int> rows, int padId) => IsTwoTexts ? TokenBatch.OfPairs(Tokens, rows, padId) : TokenBatch.Of(Tokens, rows, padId, Reads);

    private int[] FirstAnswers => field ??= [.. Starts()];

    private IEnumerable<int> Starts()
    {
        int start = 0;
        foreach (int[] reads in Reads!)
        {
            yield return start;
            start += reads.Length;
        }
    }
}
