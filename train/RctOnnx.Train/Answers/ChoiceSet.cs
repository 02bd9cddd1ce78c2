using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RctOnnx.Data;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Answers;

/// <summary>Prompts with their choices as tokens: a row a choice behind its prompt, those of a question one after the other.</summary>
internal sealed class ChoiceSet : IAnswerSet
{
    private readonly List<ChoiceRow> _questions = [];
    private readonly List<int> _firstRows = [], _counts = [];
    private readonly List<long> _labels = [];
    private int _cut;

    private ChoiceSet(string name, TokenStore tokens) => (Name, Tokens) = (name, tokens);

    /// <summary>For people: the file's name.</summary>
    public string Name { get; }

    /// <summary>Token ids of every row.</summary>
    public TokenStore Tokens { get; }

    /// <summary>Number of questions.</summary>
    public int Count => _counts.Count;

    /// <summary>The questions, where they are kept.</summary>
    public IReadOnlyList<ChoiceRow> Questions => _questions;

    /// <summary>SHA-256 over tokens and labels, in order.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>For people.</summary>
    public string Description => string.Create(CultureInfo.InvariantCulture, $"{Name}: {Count:N0} questions in {Tokens.RowCount:N0} rows, {Tokens.TokenCount:N0} tokens, {(double)_cut / Tokens.RowCount:P1} of the rows cut.");

    /// <summary>Reads questions once, in their order.</summary>
    /// <param name="name">For people.</param>
    /// <param name="questions">With labels.</param>
    /// <param name="tokenizer">The base's.</param>
    /// <param name="maxLength">Longest sequence in tokens.</param>
    /// <param name="keep">Whether questions are asked for again.</param>
    /// <param name="store">Takes the tokens.</param>
    public static ChoiceSet Read(string name, IEnumerable<ChoiceRow> questions, WordPieceTokenizer tokenizer, int maxLength, bool keep, TokenStore store)
    {
        ChoiceSet set = new(name, store);
        EncodeOptions options = new() { MaxLength = maxLength };
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ChoiceRow question in questions)
        {
            set._firstRows.Add(store.RowCount);
            set._counts.Add(question.Choices.Count);
            set._labels.Add(question.Label!.Value);
            if (keep) set._questions.Add(question);
            hash.AppendData(MemoryMarshal.AsBytes([question.Choices.Count, question.Label.Value]));
            foreach (string choice in question.Choices)
            {
                Encoding encoding = tokenizer.Encode(question.Prompt, choice, options);
                int second = Array.IndexOf(encoding.TypeIds, 1);
                store.Add(encoding.Ids, second);
                if (encoding.Truncated) set._cut++;
                hash.AppendData(MemoryMarshal.AsBytes([encoding.Ids.Length, second]));
                hash.AppendData(MemoryMarshal.AsBytes(encoding.Ids.AsSpan()));
            }
        }
        set.Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
        return set;
    }

    /// <summary>Tokens of every question: those of its longest row.</summary>
    public int[] Lengths()
    {
        int[] rows = Tokens.Lengths();
        return [.. _firstRows.Zip(_counts, (first, count) => rows.AsSpan(first, count).ToArray().Max())];
    }

    /// <summary>The rows of some questions, how many each has, and their labels.</summary>
    public (int[] Rows, int[] Counts, long[] Labels) Of(IReadOnlyList<int> questions) =>
        ([.. questions.SelectMany(question => Enumerable.Range(_firstRows[question], _counts[question]))], [.. questions.Select(question => _counts[question])], [.. questions.Select(question => _labels[question])]);
}
