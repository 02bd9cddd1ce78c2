using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>From texts to answers: tokenise, run the rows, make answers of their logits. Thread-safe.</summary>
internal sealed class ClassifierEngine : IDisposable
{
    private readonly LoadedModel _model;
    private readonly RowEngine _rows;
    private readonly TextPreparation _preparation;
    private readonly DocumentTokenizer? _documents; // of a document model
    private readonly bool _refusesCuts, _cuts; // texts over the limit
    private readonly AnswerMaker _answers; // of the task that was chosen, or the first one
    private readonly AnswerMaker[] _tasks; // of every task

    public ClassifierEngine(LoadedModel model, TextClassifierOptions options)
    {
        int maxLength = options.MaxLength ?? model.MaxLength;
        TextLimits limits = new(maxLength, options.LongText ?? model.LongText, options.WindowOverlap ?? (maxLength - 2) / 4, options.MaxCharacters);
        _model = model;
        (_refusesCuts, _cuts) = (limits.Policy == LongTextPolicy.Error, limits.Policy == LongTextPolicy.Truncate);
        if (model.Document is not null && limits.Policy == LongTextPolicy.Window)
            throw new SettingsException($"{nameof(TextClassifierOptions.LongText)} is {limits.Policy}, but '{model.Content.Path}' reads documents, whose long sentences are cut or refused. Choose {LongTextPolicy.Truncate} or {LongTextPolicy.Error}.");
        _tasks = [.. model.Tasks.Select((task, i) => new AnswerMaker(task.Labels, task.ProblemType, task.Calibration, options.TopK, model.Tasks.Take(i).Sum(one => one.Labels.Count), model.LogitCount))];
        _answers = _tasks[model.TaskName is null ? 0 : model.Tasks.ToList().FindIndex(task => task.Name == model.TaskName)];
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
        ? Answer(texts, _preparation.Check, _preparation.Prepare, _rows.Singles, _refusesCuts, Make, token)
        : [.. Answer([.. texts.Select(text => (IReadOnlyList<string>)[text])], token).Select(answer => answer.Sentences[0])];

    /// <summary>Answers to pairs, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token) => _documents is null
        ? Answer(pairs, _preparation.Check, _preparation.Prepare, _rows.Pairs, !_cuts, Make, token)
        : throw new ModelFileException($"'{_model.Content.Path}' reads documents of sentences, it was not made for pairs. Pass texts or documents.");

    /// <summary>Answers of every task to single texts, in their order; [texts][tasks].</summary>
    public Classification[][] AnswerTasks(IReadOnlyList<string> texts, CancellationToken token) =>
        Answer(texts, _preparation.Check, _preparation.Prepare, _rows.Singles, _refusesCuts, MakeTasks, token);

    /// <summary>Answers of every task to pairs, in their order; [pairs][tasks].</summary>
    public Classification[][] AnswerTasks(IReadOnlyList<TextPair> pairs, CancellationToken token) =>
        Answer(pairs, _preparation.Check, _preparation.Prepare, _rows.Pairs, !_cuts, MakeTasks, token);

    /// <summary>Answers to documents, in their order; of a document model only.</summary>
    public DocumentClassification[] Answer(IReadOnlyList<IReadOnlyList<string>> documents, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        EncodedDocument[] encoded = new EncodedDocument[documents.Count];
        int[] firstAnswers = call.FirstRows(documents.Count);
        if (!_refusesCuts) CallRunner.Check(documents, _preparation.CheckDocument);
        _rows.Run(call, _rows.Singles, documents.Count, _refusesCuts, i =>
        {
            _preparation.CheckDocument(documents[i]);
            encoded[i] = _documents!.Encode(documents[i]);
            if (_refusesCuts) RefuseCuts(encoded[i]);
        }, i =>
        {
            firstAnswers[i] = call.Rows.AnswerCount;
            foreach (EncodedRow row in encoded[i].Rows) call.Rows.AddRow(call.Rows.Write(row.Ids), row.Ids.Length, row.Reads);
        }, token);
        DocumentClassification[] answers = new DocumentClassification[documents.Count];
        _rows.InStretches(answers.Length, i =>
        {
            EncodedDocument document = encoded[i];
            Classification[] sentences = new Classification[document.TokenCounts.Count];
            for (int sentence = 0; sentence < sentences.Length; sentence++)
                sentences[sentence] = _answers.Make(_rows.LogitsOf(call, firstAnswers[i] + sentence, 1), 1, document.TokenCounts[sentence], document.UsedTokenCounts[sentence]);
            answers[i] = new DocumentClassification(sentences, document.Rows.Count);
        }, token);
        _rows.Keep(call);
        return answers;
    }

    /// <summary>Features of texts, [texts, hidden], with what was read of each: of a part of a model (<see cref="LoadedModel.Encoder"/>), which has no windows.</summary>
    public (float[] Features, TokenizedText[] Texts) Features(IReadOnlyList<string> texts, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        TokenizedText[] read = new TokenizedText[texts.Count];
        if (!_refusesCuts) CallRunner.Check(texts, _preparation.Check);
        _rows.Run(call, _rows.Singles, texts.Count, _refusesCuts, i => read[i] = _preparation.Prepare(texts[i], call.Rows), i => read[i].AddRows(call.Rows), token);
        float[] features = _rows.LogitsOf(call, 0, read.Length).ToArray();
        _rows.Keep(call);
        return (features, read);
    }

    /// <summary>Does something for every item, on the threads of the engine. Parameters as in <see cref="CallRunner.InStretches"/>.</summary>
    public void InStretches(int count, Action<int> work, CancellationToken token) => _rows.InStretches(count, work, token);

    /// <summary>Logits of tokenised texts, [rows, labels], in their order: the engine without tokenizer and answers.</summary>
    public float[] Logits(int[][] rows, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        _rows.Run(call, _rows.Singles, rows.Length, false, _ => { }, i => call.Rows.AddRow(call.Rows.Write(rows[i]), rows[i].Length), token);
        float[] logits = call.Logits.Slice(0, checked(rows.Length * _model.LogitCount)).ToArray();
        _rows.Keep(call);
        return logits;
    }

    public void Dispose() => _rows.Dispose();

    private Classification Make(ReadOnlySpan<float> logits, int windows, int tokenCount, int usedTokenCount) => _answers.Make(logits, windows, tokenCount, usedTokenCount);

    private Classification[] MakeTasks(ReadOnlySpan<float> logits, int windows, int tokenCount, int usedTokenCount)
    {
        Classification[] answers = new Classification[_tasks.Length];
        for (int i = 0; i < answers.Length; i++) answers[i] = _tasks[i].Make(logits, windows, tokenCount, usedTokenCount);
        return answers;
    }

    private TAnswer[] Answer<T, TAnswer>(IReadOnlyList<T> items, Action<T> checkCharacters, Func<T, TokenRows, TokenizedText> prepare, IBatchGraph graph, bool canRefuse, Func<ReadOnlySpan<float>, int, int, int, TAnswer> make, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        TokenizedText[] texts = call.Texts(items.Count);
        int[] firstRows = call.FirstRows(items.Count);
        if (!canRefuse) CallRunner.Check(items, checkCharacters);
        _rows.Run(call, graph, items.Count, canRefuse, i => texts[i] = prepare(items[i], call.Rows), i =>
        {
            firstRows[i] = call.Rows.Count;
            texts[i].AddRows(call.Rows);
        }, token);
        TAnswer[] answers = new TAnswer[items.Count];
        _rows.InStretches(answers.Length, i => answers[i] = make(_rows.LogitsOf(call, firstRows[i], texts[i].RowCount), texts[i].RowCount, texts[i].TokenCount, texts[i].UsedTokenCount), token);
        _rows.Keep(call);
        return answers;
    }

    private static void RefuseCuts(EncodedDocument document)
    {
        for (int i = 0; i < document.TokenCounts.Count; i++)
            if (document.UsedTokenCounts[i] < document.TokenCounts[i])
                throw new TextTooLongException($"has a sentence (the {i + 1}. of {document.TokenCounts.Count}) of {document.TokenCounts[i]} tokens, of which {document.UsedTokenCounts[i]} are looked at. Divide it, or choose the policy Truncate.");
    }
}
