using Microsoft.ML.Tokenizers;

namespace RctOnnx.Bench.Compare;

/// <summary>Texts as tutorials prepare them: Microsoft.ML.Tokenizers' BertTokenizer, every text padded to one length.</summary>
internal sealed class PaddedTexts(string vocabularyFile, bool lowerCase, int length)
{
    private readonly BertTokenizer _tokenizer = BertTokenizer.Create(vocabularyFile, new BertOptions { LowerCaseBeforeTokenization = lowerCase });

    /// <summary>Columns of every row.</summary>
    public int Length => length;

    /// <summary>Ids of a text, padded with zeros or cut before its last token, and where they are real.</summary>
    public (long[] Ids, long[] Mask) Encode(string text)
    {
        IReadOnlyList<int> ids = _tokenizer.EncodeToIds(text);
        long[] row = new long[length], mask = new long[length];
        int count = Math.Min(ids.Count, length);
        for (int i = 0; i < count; i++) (row[i], mask[i]) = (ids[i], 1);
        row[count - 1] = ids[^1];
        return (row, mask);
    }
}
