using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>From texts to answers: tokenise, run the rows, make answers of their logits. Thread-safe.</summary>
internal sealed class ClassifierEngine : IDisposable
{
    private readonly LoadedModel _model;
    private readonly RowEngine _rows;
    private readonly TextPreparation _preparation;
    private readonly DocumentTokenizer? _documents; // of a document model
    private readonly bool _refusesCuts;
    private readonly AnswerMaker _answers;

    public ClassifierEngine(LoadedModel model, TextClassifierOptions options)
    {
        int maxLength = options.MaxLength ?? model.MaxLength;
        TextLimits limits = new(maxLength, options.LongText ?? model.LongText, options.WindowOverlap ?? (maxLength - 2) / 4, options.MaxCharacters);
        _model = model;
        _refusesCuts = limits.Policy == LongTextPolicy.Error;
        if (model.Document is not null && limits.Policy == LongTextPolicy.Window)
            throw new SettingsException($"{nameof(TextClassifierOptions.LongText)} is {limits.Policy}, but '{model.Content.Path}' reads documents, whose long sentences are cut or refused. Choose {LongTextPolicy.Truncate} or {LongTextPolicy.Error}.");
        _answers = new AnswerMaker(model.Labels, model.ProblemType, model.Calibration, options.TopK);
        _rows = new RowEngine(model, options);
        try
        {
            _preparation = new TextPreparation(model.Tokenizer, limits, options.ParseSpecialTokens); // the tokenizer was made while the graph was opened
            if (model.Document is { } rule) _documents = new DocumentTokenizer(model.Tokenizer, rule, maxLength, options.ParseSpecialTokens);
            _ = Answer([""], CancellationToken.None); // warms the session
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

    /// <summary>Whether the sentences of a document are read together.</summary>
    public bool ReadsDocuments => _documents is not null;

    /// <summary>Answers to single texts, in their order; to a document model each is a document of one sentence.</summary>
    public Classification[] Answer(IReadOnlyList<string> texts, CancellationToken token) => _documents is null
        ? Answer(texts, _preparation.Prepare, _rows.Singles, token)
        : [.. Answer([.. texts.Select(text => (IReadOnlyList<string>)[text])], token).Select(answer => answer.Sentences[0])];

    /// <summary>Answers to pairs, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token) => _documents is null
        ? Answer(pairs, _preparation.Prepare, _rows.Pairs, token)
        : throw new ModelFileException($"'{_model.Content.Path}' reads documents of sentences, it was not made for pairs. Pass texts or documents.");

    /// <summary>Answers to documents, in their order; of a document model only.</summary>
    public DocumentClassification[] Answer(IReadOnlyList<IReadOnlyList<string>> documents, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        EncodedDocument[] encoded = new EncodedDocument[documents.Count];
        _rows.InStretches(documents.Count, i =>
        {
            _preparation.CheckDocument(documents[i]);
            encoded[i] = _documents!.Encode(documents[i]);
            if (_refusesCuts) RefuseCuts(encoded[i]);
        }, token);
        foreach (EncodedRow row in encoded.SelectMany(document => document.Rows)) call.Rows.AddRow(call.Rows.Write(row.Ids), row.Ids.Length, row.Reads);
        int labelCount = _model.Labels.Count, place = 0;
        float[] logits = call.Logits(checked(call.Rows.AnswerCount * labelCount));
        _rows.Compute(call, logits, _rows.Singles, token);
        DocumentClassification[] answers = new DocumentClassification[documents.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            EncodedDocument document = encoded[i];
            Classification[] sentences = new Classification[document.TokenCounts.Count];
            for (int sentence = 0; sentence < sentences.Length; sentence++, place++)
                sentences[sentence] = _answers.Make(logits.AsSpan(place * labelCount, labelCount), 1, document.TokenCounts[sentence], document.UsedTokenCounts[sentence]);
            answers[i] = new DocumentClassification(sentences, document.Rows.Count);
        }
        _rows.Keep(call);
        return answers;
    }

    /// <summary>Logits of tokenised texts, [rows, labels], in their order: the engine without tokenizer and answers.</summary>
    public float[] Logits(int[][] rows, CancellationToken token)
    {
        float[] logits = new float[checked(rows.Length * _model.Labels.Count)];
        CallBuffers call = _rows.Take();
        call.Rows.Set(rows, null);
        _rows.Compute(call, logits, _rows.Singles, token);
        _rows.Keep(call);
        return logits;
    }

    public void Dispose() => _rows.Dispose();

    private Classification[] Answer<T>(IReadOnlyList<T> items, Func<T, TokenRows, TokenizedText> prepare, IBatchGraph graph, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        TokenizedText[] texts = call.Texts(items.Count);
        Tokenize(items, texts, call.Rows, prepare, token);
        for (int i = 0; i < items.Count; i++) texts[i].AddRows(call.Rows);
        int labelCount = _model.Labels.Count;
        float[] logits = call.Logits(checked(call.Rows.Count * labelCount));
        _rows.Compute(call, logits, graph, token);
        Classification[] answers = new Classification[items.Count];
        for (int i = 0, first = 0; i < answers.Length; first += texts[i++].RowCount)
        {
            int windows = texts[i].RowCount;
            answers[i] = _answers.Make(logits.AsSpan(first * labelCount, windows * labelCount), windows, texts[i].TokenCount, texts[i].UsedTokenCount);
        }
        _rows.Keep(call);
        return answers;
    }

    private static void RefuseCuts(EncodedDocument document)
    {
        for (int i = 0; i < document.TokenCounts.Count; i++)
            if (document.UsedTokenCounts[i] < document.TokenCounts[i])
                throw new TextTooLongException($"has a sentence (the {i + 1}. of {document.TokenCounts.Count}) of {document.TokenCounts[i]} tokens, of which {document.UsedTokenCounts[i]} are looked at. Divide it, or choose the policy Truncate.");
    }

    private void Tokenize<T>(IReadOnlyList<T> items, TokenizedText[] texts, TokenRows rows, Func<T, TokenRows, TokenizedText> prepare, CancellationToken token) =>
        _rows.InStretches(items.Count, i => texts[i] = prepare(items[i], rows), token);
}
