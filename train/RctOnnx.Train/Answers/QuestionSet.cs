using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RctOnnx.Data;
using RctOnnx.Runtime;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Answers;

/// <summary>Questions with their contexts as tokens: a row a window, with the places of the answer in it, or those of [CLS] where it is not in it.</summary>
internal sealed class QuestionSet : IAnswerSet
{
    private readonly List<QuestionRow> _questions = [];
    private readonly List<EncodedQuestion> _encoded = [];
    private readonly List<long> _starts = [], _ends = [];
    private int _lost, _unanswerable;

    private QuestionSet(string name, TokenStore tokens) => (Name, Tokens) = (name, tokens);

    /// <summary>For people: the file's name.</summary>
    public string Name { get; }

    /// <summary>Token ids of every row.</summary>
    public TokenStore Tokens { get; }

    /// <summary>Number of questions.</summary>
    public int Count { get; private set; }

    /// <summary>The questions, where they are kept.</summary>
    public IReadOnlyList<QuestionRow> Questions => _questions;

    /// <summary>Their tokens, where they are kept.</summary>
    public IReadOnlyList<EncodedQuestion> Encoded => _encoded;

    /// <summary>Whether some context holds no answer.</summary>
    public bool HasUnanswerable => _unanswerable > 0;

    /// <summary>SHA-256 over tokens and places, in order.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>For people.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"{Name}: {Count:N0} questions ({_unanswerable:N0} without an answer) in {Tokens.RowCount:N0} rows, {Tokens.TokenCount:N0} tokens; the answers of {_lost:N0} are cut off, which then is [CLS].");

    /// <summary>Reads questions once, in their order.</summary>
    /// <param name="name">For people.</param>
    /// <param name="questions">With answers.</param>
    /// <param name="tokenizer">The base's.</param>
    /// <param name="keep">Whether questions and their tokens are asked for again.</param>
    /// <param name="store">Takes the tokens.</param>
    /// <exception cref="DataException">A question is over a limit.</exception>
    public static QuestionSet Read(string name, IEnumerable<QuestionRow> questions, QuestionTokenizer tokenizer, bool keep, TokenStore store)
    {
        QuestionSet set = new(name, store);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (QuestionRow question in questions) set.Add(question, Encode(question, tokenizer), tokenizer, keep, hash);
        set.Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
        return set;
    }

    /// <summary>Places of the answers of some rows.</summary>
    public (long[] Starts, long[] Ends) Targets(IReadOnlyList<int> rows) => ([.. rows.Select(row => _starts[row])], [.. rows.Select(row => _ends[row])]);

    private static EncodedQuestion Encode(QuestionRow question, QuestionTokenizer tokenizer)
    {
        try
        {
            return tokenizer.Encode(new Question(question.Question, question.Context));
        }
        catch (TextTooLongException e)
        {
            throw new DataException($"{question.Place}: the row {e.Fault}", e);
        }
    }

    private void Add(QuestionRow question, EncodedQuestion encoded, QuestionTokenizer tokenizer, bool keep, IncrementalHash hash)
    {
        Count++;
        bool isFound = false;
        (int first, int last) = question.Answers is { Count: > 0 } answers ? Span(encoded, answers[0]) : (-1, -1);
        for (int window = 0; window < encoded.WindowStarts.Count; window++)
        {
            int start = encoded.WindowStarts[window], place = encoded.ContextPlace - start;
            bool isInside = first >= start && last < start + encoded.WindowLength;
            isFound |= isInside;
            int[] ids = [tokenizer.ClsId, .. encoded.QuestionIds, tokenizer.SepId, .. encoded.Window(window), tokenizer.SepId];
            Tokens.Add(ids, encoded.ContextPlace);
            _starts.Add(isInside ? first + place : 0);
            _ends.Add(isInside ? last + place : 0);
            hash.AppendData(MemoryMarshal.AsBytes([encoded.ContextPlace, ids.Length, (int)_starts[^1], (int)_ends[^1]]));
            hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan()));
        }
        if (question.Answers is not { Count: > 0 }) _unanswerable++;
        else if (!isFound) _lost++;
        if (!keep) return;
        _questions.Add(question);
        _encoded.Add(encoded);
    }

    // The last piece that begins at or before the answer, and the first one that ends at or behind its end; -1 where the context is cut before.
    private static (int First, int Last) Span(EncodedQuestion encoded, GoldAnswer answer)
    {
        int end = answer.Start + new CodePoints(answer.Text).PointOf(answer.Text.Length);
        int first = Array.FindLastIndex(encoded.Starts, start => start <= answer.Start), last = Array.FindIndex(encoded.Ends, piece => piece >= end);
        return first < 0 || last < first ? (-1, -1) : (first, last);
    }
}
