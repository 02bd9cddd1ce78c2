namespace RctOnnx.Runtime;

/// <summary>From texts to answers: tokenise, plan batches, run them on all workers, put the logits back into order. Thread-safe.</summary>
internal sealed class ClassifierEngine : IDisposable
{
    /// <summary>Texts that one worker tokenises at a stretch: about a millisecond of work.</summary>
    private const int TokenizationStretch = 256;

    private readonly LoadedModel _model;
    private readonly ModelGraphs _graphs;
    private readonly TextPreparation _preparation;
    private readonly AnswerMaker _answers;
    private readonly int _threads, _workers;

    public ClassifierEngine(LoadedModel model, TextClassifierOptions options)
    {
        int maxLength = options.MaxLength ?? model.MaxLength;
        TextLimits limits = new(maxLength, options.LongText ?? model.LongText, options.WindowOverlap ?? (maxLength - 2) / 4, options.MaxCharacters);
        (_model, _threads) = (model, options.Threads ?? Environment.ProcessorCount);
        _answers = new AnswerMaker(model.Labels, model.ProblemType, model.Calibration, options.TopK);
        bool latency = options.Profile == PerformanceProfile.Latency;
        _workers = latency ? 1 : _threads;
        (_graphs, Provider) = ModelGraphs.Open(model, options, latency ? _threads : 1);
        try
        {
            _preparation = new TextPreparation(model.Tokenizer, limits, options.ParseSpecialTokens); // the tokenizer was made while the graph was opened
            _ = Answer([""], CancellationToken.None); // warms the session
            ProbeCheck.Run(model, _graphs.Singles, Provider, options.Cuda);
        }
        catch
        {
            _graphs.Dispose();
            throw;
        }
    }

    /// <summary>The provider that runs.</summary>
    public ProviderReport Provider { get; }

    /// <summary>Answers to single texts, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<string> texts, CancellationToken token) =>
        Answer(texts, _preparation.Prepare, _graphs.Singles, token);

    /// <summary>Answers to pairs, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token) =>
        Answer(pairs, _preparation.Prepare, _graphs.Pairs, token);

    /// <summary>Logits of tokenised texts, [rows, labels], in their order: the engine without tokenizer and answers.</summary>
    public float[] Logits(int[][] rows, CancellationToken token) => Logits(rows, null, _graphs.Singles, token);

    public void Dispose() => _graphs.Dispose();

    private Classification[] Answer<T>(IReadOnlyList<T> items, Func<T, TokenizedText> prepare, IBatchGraph graph, CancellationToken token)
    {
        TokenizedText[] texts = Tokenize(items, prepare, token);
        int[][] rows = [.. texts.SelectMany(text => text.Rows)];
        int[]?[]? types = texts.Any(text => text.Types is not null) ? [.. texts.Select(text => text.Types)] : null;
        float[] logits = Logits(rows, types, graph, token);
        int labelCount = _model.Labels.Count;
        Classification[] answers = new Classification[texts.Length];
        for (int i = 0, first = 0; i < answers.Length; first += texts[i++].Rows.Count)
        {
            int windows = texts[i].Rows.Count;
            answers[i] = _answers.Make(logits.AsSpan(first * labelCount, windows * labelCount), windows, texts[i].TokenCount, texts[i].UsedTokenCount);
        }
        return answers;
    }

    // A text that is too long is reported by its place, the first one of several whatever the threads do.
    private TokenizedText[] Tokenize<T>(IReadOnlyList<T> items, Func<T, TokenizedText> prepare, CancellationToken token)
    {
        TokenizedText[] texts = new TokenizedText[items.Count];
        TextTooLongException?[] refusals = new TextTooLongException?[(items.Count + TokenizationStretch - 1) / TokenizationStretch];
        Workers.Run(refusals.Length, _threads, stretch =>
        {
            int i = stretch * TokenizationStretch, end = Math.Min(items.Count, i + TokenizationStretch);
            try
            {
                for (; i < end; i++) texts[i] = prepare(items[i]);
            }
            catch (TextTooLongException e)
            {
                refusals[stretch] = new TextTooLongException(e.Fault, i);
            }
        }, token);
        return refusals.FirstOrDefault(refusal => refusal is not null) is { } first ? throw first : texts;
    }

    /// <summary>Logits of every row, [rows, labels]. Types are given for rows that are pairs, which are one row a text.</summary>
    private float[] Logits(int[][] rows, int[]?[]? types, IBatchGraph graph, CancellationToken token)
    {
        int labelCount = _model.Labels.Count;
        float[] logits = new float[checked(rows.Length * labelCount)];
        List<PlannedBatch> batches = graph.Plan([.. rows.Select(row => row.Length)]);
        Workers.Run(batches.Count, _workers, i =>
        {
            PlannedBatch batch = batches[i];
            float[] result = graph.Run(rows, types, batch);
            if (!Array.TrueForAll(result, float.IsFinite))
                throw NotFinite(batch.Length);
            for (int k = 0; k < batch.Rows.Count; k++)
                result.AsSpan(k * labelCount, labelCount).CopyTo(logits.AsSpan(batch.Rows[k] * labelCount));
        }, token);
        return logits;
    }

    private RctOnnxException NotFinite(int length)
    {
        string fault = $"'{_model.Content.Path}' gives a logit that is no finite number for a sequence of {length} tokens";
        return DialectChoice.IsFp16(Provider.Dialect)
            ? new ProviderException($"{fault} as {Provider.Dialect} on {Provider.Provider}. Values may leave the range of fp16 on the way: choose the fp32 dialect of the provider.")
            : new ModelFileException($"{fault}. Its weights are damaged or its training diverged: use another file.");
    }
}
