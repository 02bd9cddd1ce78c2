using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Pretraining;

/// <summary>Hides pieces of a batch, other ones every time it is passed: the same seed and number give the same choice.</summary>
internal sealed class Masker
{
    private readonly MaskingOptions _options;
    private readonly bool[] _isContinuation;
    private readonly bool[] _isSpecial;
    private readonly int[] _ordinary;
    private readonly int _maskId;

    public Masker(IReadOnlyList<string> vocabulary, TokenizerSettings settings, MaskingOptions? options = null)
    {
        _options = options ?? new MaskingOptions();
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(vocabulary, settings);
        (_maskId, PadId) = (tokenizer.MaskId, tokenizer.PadId);
        _isContinuation = [.. vocabulary.Select(piece => piece.Length > settings.ContinuationPrefix.Length && piece.StartsWith(settings.ContinuationPrefix, StringComparison.Ordinal))];
        _isSpecial = new bool[vocabulary.Count];
        // An unknown word has no answer that could be learnt.
        foreach (int id in (int[])[tokenizer.PadId, tokenizer.UnknownId, tokenizer.ClsId, tokenizer.SepId, tokenizer.MaskId]) _isSpecial[id] = true;
        _ordinary = [.. Enumerable.Range(0, vocabulary.Count).Where(id => !_isSpecial[id])];
        if (_ordinary.Length == 0) throw new ModelFileException("The vocabulary holds special tokens only; there is nothing to learn. Use a vocabulary of words.");
    }

    /// <summary>Fills short rows.</summary>
    public int PadId { get; }

    /// <summary>Gathers rows and hides pieces in them.</summary>
    /// <param name="store">Rows with their special tokens.</param>
    /// <param name="rows">Which of them.</param>
    /// <param name="seed">Of the run.</param>
    /// <param name="number">Of the batch: another number, another choice.</param>
    public MaskedBatch Mask(TokenStore store, IReadOnlyList<int> rows, long seed, long number)
    {
        SeededOrder random = new(seed, number);
        TokenBatch batch = TokenBatch.Of(store, rows, PadId);
        List<int> chosen = [];
        for (int row = 0; row < rows.Count; row++) Choose(store.Ids(rows[row]), row * batch.Width, random, chosen);
        long[] positions = new long[chosen.Count], labels = new long[chosen.Count];
        for (int i = 0; i < chosen.Count; i++)
        {
            (positions[i], labels[i]) = (chosen[i], batch.Ids[chosen[i]]);
            double draw = random.NextDouble();
            if (draw < _options.HiddenShare) batch.Ids[chosen[i]] = _maskId;
            else if (draw < _options.HiddenShare + _options.RandomShare) batch.Ids[chosen[i]] = _ordinary[random.Below(_ordinary.Length)];
        }
        return new MaskedBatch(batch, positions, labels);
    }

    private void Choose(ReadOnlySpan<int> ids, int offset, SeededOrder random, List<int> chosen)
    {
        List<(int Start, int Length)> groups = [];
        int candidates = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (_isSpecial[ids[i]]) continue;
            candidates++;
            bool continues = _options.WholeWords && _isContinuation[ids[i]] && groups.Count > 0 && groups[^1].Start + groups[^1].Length == i;
            if (continues) groups[^1] = (groups[^1].Start, groups[^1].Length + 1);
            else groups.Add((i, 1));
        }
        if (candidates == 0) return;
        int wanted = Math.Max(1, (int)Math.Round(candidates * _options.Share)), taken = 0, before = chosen.Count;
        Span<(int Start, int Length)> order = groups.ToArray();
        random.Shuffle(order);
        foreach ((int start, int length) in order)
        {
            if (taken == wanted) break;
            if (taken > 0 && taken + length > wanted) continue; // a shorter word may still fit
            for (int i = 0; i < length; i++) chosen.Add(offset + start + i);
            taken += length;
        }
        chosen.Sort(before, chosen.Count - before, null);
    }
}
