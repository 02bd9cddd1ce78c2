using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Examples;

/// <summary>Rows to tokens and targets.</summary>
/// <param name="tokenizer">The base's.</param>
/// <param name="labels">Labels of the task.</param>
/// <param name="maxLength">Longest sequence in tokens.</param>
/// <param name="problem">What the labels mean.</param>
internal sealed class ExampleReader(WordPieceTokenizer tokenizer, LabelSet labels, int maxLength, ProblemType problem = ProblemType.SingleLabel)
{
    private readonly EncodeOptions _options = new() { MaxLength = maxLength };

    /// <summary>Reads rows once, in their order.</summary>
    /// <param name="name">For people.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="keepTexts">Whether the texts are asked for again.</param>
    /// <param name="store">Takes the tokens; one in memory where not given.</param>
    /// <exception cref="DataException">A row has no label or one that training did not see.</exception>
    public ExampleSet Read(string name, IEnumerable<TextRow> rows, bool keepTexts, TokenStore? store = null)
    {
        TokenStore tokens = store ?? new TokenStore();
        ChunkedList<int> classes = new();
        ChunkedList<float> values = new();
        List<LabelledText> texts = [];
        long truncated = 0;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TextRow row in rows)
        {
            float[] target = problem switch
            {
                ProblemType.Regression => [(float)RowValue.Of(row)],
                ProblemType.MultiLabel => [.. labels.FlagsOf(row).Select(flag => (float)flag)],
                _ => [],
            };
            int index = target.Length == 0 ? labels.IndexOf(row) : 0;
            Encoding encoding = tokenizer.Encode(row.Text, row.Pair, _options);
            int second = Array.IndexOf(encoding.TypeIds, 1);
            second = second < 0 ? encoding.Ids.Length : second;
            tokens.Add(encoding.Ids, second);
            if (target.Length == 0) classes.Add(index);
            foreach (float value in target) values.Add(value);
            if (keepTexts) texts.Add(new LabelledText(row.Text, row.Pair));
            if (encoding.Truncated) truncated++;
            hash.AppendData(MemoryMarshal.AsBytes([index, second, encoding.Ids.Length]));
            hash.AppendData(MemoryMarshal.AsBytes(target.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(encoding.Ids.AsSpan()));
        }
        return new ExampleSet
        {
            Name = name,
            Tokens = tokens,
            Problem = problem,
            LabelCount = labels.Names.Count,
            Classes = classes,
            Values = values,
            Texts = texts,
            TruncatedCount = truncated,
            Hash = Convert.ToHexStringLower(hash.GetHashAndReset()),
        };
    }
}
