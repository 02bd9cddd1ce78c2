using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>From texts with masks to the likeliest pieces behind them. Thread-safe.</summary>
internal sealed class MaskEngine : IDisposable
{
    private const int DefaultTop = 5;

    private readonly RowEngine _rows;
    private readonly MaskTokenizer _tokenizer;
    private readonly IReadOnlyList<string> _vocabulary;
    private readonly int _top, _maxCharacters, _callMasks;

    public MaskEngine(LoadedModel model, TextClassifierOptions options)
    {
        _vocabulary = model.Content.Description!.Vocabulary; // a foreign file is no masked language model
        (_top, _maxCharacters) = (Math.Min(options.TopK ?? DefaultTop, _vocabulary.Count), options.MaxCharacters);
        _callMasks = LogitTable.KeptValues / _vocabulary.Count; // a mask has as many logits as the vocabulary has pieces, and those of a run are held together
        LongTextPolicy policy = options.LongText ?? model.LongText;
        if (policy == LongTextPolicy.Window)
            throw new SettingsException($"{nameof(TextClassifierOptions.LongText)} is {policy}, but a text with masks has no windows. Choose {LongTextPolicy.Truncate} or {LongTextPolicy.Error}.");
        _rows = new RowEngine(model, options);
        try
        {
            _tokenizer = new MaskTokenizer(model.Tokenizer, options.MaxLength ?? model.MaxLength, policy);
            _ = Fill([model.Tokenizer.Settings.MaskToken], CancellationToken.None); // warms the session
            _rows.CheckProbes();
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    /// <summary>The provider that runs.</summary>
    public ProviderReport Provider => _rows.Provider;

    /// <summary>The masks of every text, in their order.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="token">Stops it.</param>
    /// <param name="seen">Shown the logits of every mask, on any thread, those of a text one after the other.</param>
    public IReadOnlyList<FilledMask>[] Fill(IReadOnlyList<string> texts, CancellationToken token, MaskLogits? seen = null)
    {
        CallRunner.Check(texts, text =>
        {
            if (text.Length > _maxCharacters) throw new TextTooLongException($"has {text.Length} characters, allowed are {_maxCharacters}. Shorten it, or raise MaxCharacters.");
        });
        MaskedText[] encoded = new MaskedText[texts.Count];
        _rows.InStretches(encoded.Length, i => encoded[i] = _tokenizer.Encode(texts[i]), token);
        IReadOnlyList<FilledMask>[] filled = new IReadOnlyList<FilledMask>[texts.Count];
        for (int first = 0, end; first < filled.Length; first = end)
        {
            end = first + 1;
            for (int masks = encoded[first].Places.Length; end < filled.Length && (masks += encoded[end].Places.Length) <= _callMasks;) end++;
            FillSome(encoded, first, end, token, seen).CopyTo(filled, first);
        }
        return filled;
    }

    private IReadOnlyList<FilledMask>[] FillSome(MaskedText[] all, int first, int end, CancellationToken token, MaskLogits? seen)
    {
        ArraySegment<MaskedText> encoded = new(all, first, end - first);
        CallBuffers call = _rows.Take();
        int[] firstAnswers = call.FirstRows(encoded.Count);
        _rows.Run(call, _rows.Singles, encoded.Count, canRefuse: false, _ => { }, i =>
        {
            firstAnswers[i] = call.Rows.AnswerCount;
            call.Rows.AddRow(call.Rows.Write(encoded[i].Ids), encoded[i].Ids.Length, encoded[i].Places);
        }, token);
        IReadOnlyList<FilledMask>[] filled = new IReadOnlyList<FilledMask>[encoded.Count];
        _rows.InStretches(filled.Length, i => filled[i] = [.. encoded[i].Starts.Select((start, mask) =>
        {
            ReadOnlySpan<float> logits = _rows.LogitsOf(call, firstAnswers[i] + mask, 1);
            seen?.Invoke(first + i, mask, encoded[i].Starts.Length, logits);
            return new FilledMask(start, Likeliest(logits));
        })], token);
        _rows.Keep(call);
        return filled;
    }

    public void Dispose() => _rows.Dispose();

    private PieceScore[] Likeliest(ReadOnlySpan<float> logits)
    {
        double[] scores = new double[logits.Length];
        Softmax.Write(logits, scores);
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(id => scores[id]).ThenBy(id => id).Take(_top).Select(id => new PieceScore(_vocabulary[id], id, (float)scores[id]))];
    }
}
