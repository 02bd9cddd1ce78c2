using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Examples;

/// <summary>Rows to tokens and targets.</summary>
/// <param name="tokenizer">The base's.</param>
/// <param name="labels">Labels of the task.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
/// <param name="problem">What the labels mean.</param>
/// <param name="document">How documents become rows; null reads every text alone.</param>
/// <param name="twoTexts">Whether the texts of a pair are read by two encoders, each cut at the limit by itself.</param>
internal sealed class ExampleReader(WordPieceTokenizer tokenizer, LabelSet labels, int maxLength, ProblemType problem = ProblemType.SingleLabel, DocumentRule? document = null, bool twoTexts = false)
{
    private readonly EncodeOptions _options = new() { MaxLength = maxLength };
    private readonly DocumentTokenizer? _documents = document is null ? null : new DocumentTokenizer(tokenizer, document, maxLength);

    /// <summary>Reads rows once, in their order.</summary>
    /// <param name="name">For people.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="keepTexts">Whether the texts are asked for again.</param>
    /// <param name="store">Takes the tokens; one in memory where not given.</param>
    /// <exception cref="DataException">A row has no label or one that training did not see.</exception>
    public ExampleSet Read(string name, IEnumerable<TextRow> rows, bool keepTexts, TokenStore? store = null)
    {
        TokenStore tokens = store ?? new TokenStore();
        List<int[]> reads = [];
        List<int> documents = [], counts = [];
        ChunkedList<int> classes = new();
        ChunkedList<float> values = new();
        List<LabelledText> texts = [];
        long truncated = 0;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (IReadOnlyList<TextRow> group in TextDocuments.Of(rows))
        {
            if (keepTexts || _documents is not null) documents.Add(group.Count);
            if (_documents is not null) AddDocument(group);
            foreach (TextRow row in group)
            {
                if (_documents is null) AddRow(row);
                if (keepTexts) texts.Add(new LabelledText(row.Text, row.Pair));
            }
        }
        return new ExampleSet
        {
            Name = name,
            Tokens = tokens,
            Problem = problem,
            LabelCount = labels.Names.Count,
            IsTwoTexts = twoTexts,
            Reads = _documents is null ? null : reads,
            DocumentLengths = documents,
            SentenceTokens = counts,
            Classes = classes,
            Values = values,
            Texts = texts,
            TruncatedCount = truncated,
            Hash = Convert.ToHexStringLower(hash.GetHashAndReset()),
        };

        void AddRow(TextRow row)
        {
            float[] target = problem switch
            {
                ProblemType.Regression => [(float)RowValue.Of(row)],
                ProblemType.MultiLabel => [.. labels.FlagsOf(row).Select(flag => (float)flag)],
                _ => [],
            };
            int index = target.Length == 0 ? labels.IndexOf(row) : 0;
            (int[] ids, int second, bool isCut) = twoTexts ? TwoTexts(row) : OneRow(row);
            tokens.Add(ids, second);
            if (target.Length == 0) classes.Add(index);
            foreach (float value in target) values.Add(value);
            if (isCut) truncated++;
            hash.AppendData(MemoryMarshal.AsBytes([index, second, ids.Length]));
            hash.AppendData(MemoryMarshal.AsBytes(target.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan()));
        }

        (int[] Ids, int Second, bool IsCut) OneRow(TextRow row)
        {
            Encoding encoding = tokenizer.Encode(row.Text, row.Pair, _options);
            int second = Array.IndexOf(encoding.TypeIds, 1);
            return (encoding.Ids, second < 0 ? encoding.Ids.Length : second, encoding.Truncated);
        }

        (int[] Ids, int Second, bool IsCut) TwoTexts(TextRow row)
        {
            Encoding first = tokenizer.Encode(row.Text, null, _options), second = tokenizer.Encode(row.Pair ?? throw new DataException($"{row.Place}: the row has no second text, which two encoders need. Name its column."), null, _options);
            return ([.. first.Ids, .. second.Ids], first.Ids.Length, first.Truncated || second.Truncated);
        }

        void AddDocument(IReadOnlyList<TextRow> group)
        {
            int[] indices = [.. group.Select(labels.IndexOf)];
            EncodedDocument encoded = _documents.Encode([.. group.Select(row => row.Text)]);
            foreach (EncodedRow row in encoded.Rows)
            {
                tokens.Add(row.Ids, row.Ids.Length);
                reads.Add(row.Reads);
                hash.AppendData(MemoryMarshal.AsBytes([row.Ids.Length, row.Reads.Length]));
                hash.AppendData(MemoryMarshal.AsBytes(row.Ids.AsSpan()));
                hash.AppendData(MemoryMarshal.AsBytes(row.Reads.AsSpan()));
            }
            foreach (int index in indices) classes.Add(index);
            counts.AddRange(encoded.UsedTokenCounts);
            truncated += encoded.TokenCounts.Zip(encoded.UsedTokenCounts).Count(pair => pair.Second < pair.First);
            hash.AppendData(MemoryMarshal.AsBytes(indices.AsSpan()));
        }
    }
}
