using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// From pairs to answers by two encoders: each text is computed once, whatever pairs it stands in, in batches of its own length, and then the
/// head for every pair. Thread-safe.
/// </summary>
internal sealed class PairEngine : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ClassifierEngine _first, _second; // one and the same where the weights are
    private readonly PairHead _head;
    private readonly AnswerMaker _answers;
    private readonly int _width;

    public PairEngine(LoadedModel model, TextClassifierOptions options)
    {
        if ((options.LongText ?? model.LongText) == LongTextPolicy.Window)
            throw new SettingsException($"{nameof(TextClassifierOptions.LongText)} is {LongTextPolicy.Window}, but '{model.Content.Path}' reads pairs by two encoders; windows are for single texts. Choose {LongTextPolicy.Truncate} or {LongTextPolicy.Error}.");
        ModelArtifact artifact = model.Content.RequireArtifact();
        (_model, _width) = (model, artifact.Encoder.HiddenWidth);
        _answers = new AnswerMaker(model.Labels, model.ProblemType, model.Calibration, options.TopK);
        _head = new PairHead(artifact);
        try
        {
            _first = new ClassifierEngine(model.Encoder(second: false), options);
            _second = artifact.PairEncoding!.IsShared ? _first : new ClassifierEngine(model.Encoder(second: true), options);
            ProbeCheck.RunPairs(model, LogitsOf, Provider, options.Cuda);
        }
        catch
        {
            if (_second is not null && _second != _first) _second.Dispose();
            _first?.Dispose();
            _head.Dispose();
            throw;
        }
    }

    /// <summary>The provider that runs the encoders.</summary>
    public ProviderReport Provider => _first.Provider;

    /// <summary>The encoder of the first text.</summary>
    public ClassifierEngine First => _first;

    /// <summary>Answers to pairs, in their order.</summary>
    /// <exception cref="TextTooLongException">A text is over a limit; the index is that of its first pair.</exception>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token)
    {
        TextSet firsts = new(), seconds = _second == _first ? firsts : new TextSet();
        (int First, int Second)[] places = new (int, int)[pairs.Count];
        for (int i = 0; i < places.Length; i++) places[i] = (firsts.Add(pairs[i].First, i), seconds.Add(pairs[i].Second, i));
        (float[] a, TokenizedText[] firstTexts) = firsts.Compute(_first, token);
        (float[] b, TokenizedText[] secondTexts) = seconds == firsts ? (a, firstTexts) : seconds.Compute(_second, token);
        Classification[] answers = new Classification[pairs.Count];
        _first.InStretches(answers.Length, i =>
        {
            (int first, int second) = places[i];
            float[] logits = _head.Run(a.AsMemory(first * _width, _width), b.AsMemory(second * _width, _width));
            answers[i] = _answers.Make(Finite(logits), 1, firstTexts[first].TokenCount + secondTexts[second].TokenCount, firstTexts[first].UsedTokenCount + secondTexts[second].UsedTokenCount);
        }, token);
        return answers;
    }

    public void Dispose()
    {
        if (_second != _first) _second.Dispose();
        _first.Dispose();
        _head.Dispose();
    }

    private float[] LogitsOf(int[] first, int[] second) =>
        _head.Run(_first.Logits([first], CancellationToken.None), _second.Logits([second], CancellationToken.None));

    private float[] Finite(float[] logits) => Array.TrueForAll(logits, float.IsFinite) ? logits
        : throw new ModelFileException($"'{_model.Content.Path}' gives a logit that is no finite number. Its weights are damaged or its training diverged: use another file.");

    // The different texts of a call, each with the first pair that it stands in.
    private sealed class TextSet
    {
        private readonly Dictionary<string, int> _places = [];
        private readonly List<string> _texts = [];
        private readonly List<int> _pairs = [];

        public int Add(string text, int pair)
        {
            if (_places.TryGetValue(text, out int place)) return place;
            _places.Add(text, place = _texts.Count);
            _texts.Add(text);
            _pairs.Add(pair);
            return place;
        }

        public (float[] Features, TokenizedText[] Texts) Compute(ClassifierEngine engine, CancellationToken token)
        {
            try
            {
                return engine.Features(_texts, token);
            }
            catch (TextTooLongException e)
            {
                throw new TextTooLongException(e.Fault, _pairs[(int)e.Index!]);
            }
        }
    }
}
