using System.Collections.Concurrent;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>From texts to answers: tokenise, plan batches, run them on all workers, put the logits back into order. Thread-safe.</summary>
internal sealed class ClassifierEngine : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelGraphs _graphs;
    private readonly TextPreparation _preparation;
    private readonly DocumentTokenizer? _documents; // of a document model
    private readonly bool _refusesCuts, _cuts; // texts over the limit
    private readonly AnswerMaker _answers; // of the task that was chosen, or the first one
    private readonly AnswerMaker[] _tasks; // of every task
    private readonly CallRunner _runner;
    private readonly ConcurrentBag<CallBuffers> _calls = []; // as many as there were calls at once

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
        WorkerCounts counts = WorkerCounts.Of(options);
        _runner = new CallRunner(counts, model.LogitCount, NotFinite);
        (_graphs, Provider) = ModelGraphs.Open(model, options, counts.ThreadsOfRun);
        try
        {
            _preparation = new TextPreparation(model.Tokenizer, limits, options.ParseSpecialTokens); // the tokenizer was made while the graph was opened
            if (model.Document is { } rule) _documents = new DocumentTokenizer(model.Tokenizer, rule, maxLength, options.ParseSpecialTokens);
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

    /// <summary>Whether the sentences of a document are read together.</summary>
    public bool ReadsDocuments => _documents is not null;

    /// <summary>Answers to single texts, in their order; to a document model each is a document of one sentence.</summary>
    public Classification[] Answer(IReadOnlyList<string> texts, CancellationToken token) => _documents is null
        ? Answer(texts, _preparation.Check, _preparation.Prepare, _graphs.Singles, _refusesCuts, Make, token)
        : [.. Answer([.. texts.Select(text => (IReadOnlyList<string>)[text])], token).Select(answer => answer.Sentences[0])];

    /// <summary>Answers to pairs, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token) => _documents is null
        ? Answer(pairs, _preparation.Check, _preparation.Prepare, _graphs.Pairs, !_cuts, Make, token)
        : throw new ModelFileException($"'{_model.Content.Path}' reads documents of sentences, it was not made for pairs. Pass texts or documents.");

    /// <summary>Answers of every task to single texts, in their order; [texts][tasks].</summary>
    public Classification[][] AnswerTasks(IReadOnlyList<string> texts, CancellationToken token) =>
        Answer(texts, _preparation.Check, _preparation.Prepare, _graphs.Singles, _refusesCuts, MakeTasks, token);

    /// <summary>Answers of every task to pairs, in their order; [pairs][tasks].</summary>
    public Classification[][] AnswerTasks(IReadOnlyList<TextPair> pairs, CancellationToken token) =>
        Answer(pairs, _preparation.Check, _preparation.Prepare, _graphs.Pairs, !_cuts, MakeTasks, token);

    /// <summary>Answers to documents, in their order; of a document model only.</summary>
    public DocumentClassification[] Answer(IReadOnlyList<IReadOnlyList<string>> documents, CancellationToken token)
    {
        CallBuffers call = Take();
        EncodedDocument[] encoded = new EncodedDocument[documents.Count];
        int[] firstAnswers = call.FirstRows(documents.Count);
        if (!_refusesCuts) CallRunner.Check(documents, _preparation.CheckDocument);
        _runner.Run(call, _graphs.Singles, documents.Count, _refusesCuts, i =>
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
        _runner.InStretches(answers.Length, i =>
        {
            EncodedDocument document = encoded[i];
            Classification[] sentences = new Classification[document.TokenCounts.Count];
            for (int sentence = 0; sentence < sentences.Length; sentence++)
                sentences[sentence] = _answers.Make(LogitsOf(call, firstAnswers[i] + sentence, 1), 1, document.TokenCounts[sentence], document.UsedTokenCounts[sentence]);
            answers[i] = new DocumentClassification(sentences, document.Rows.Count);
        }, token);
        Keep(call);
        return answers;
    }

    /// <summary>Features of texts, [texts, hidden], with what was read of each: of a part of a model (<see cref="LoadedModel.Encoder"/>), which has no windows.</summary>
    public (float[] Features, TokenizedText[] Texts) Features(IReadOnlyList<string> texts, CancellationToken token)
    {
        CallBuffers call = Take();
        TokenizedText[] read = new TokenizedText[texts.Count];
        if (!_refusesCuts) CallRunner.Check(texts, _preparation.Check);
        _runner.Run(call, _graphs.Singles, texts.Count, _refusesCuts, i => read[i] = _preparation.Prepare(texts[i], call.Rows), i => read[i].AddRows(call.Rows), token);
        float[] features = LogitsOf(call, 0, read.Length).ToArray();
        Keep(call);
        return (features, read);
    }

    /// <summary>Logits of tokenised texts, [rows, labels], in their order: the engine without tokenizer and answers.</summary>
    public float[] Logits(int[][] rows, CancellationToken token)
    {
        CallBuffers call = Take();
        _runner.Run(call, _graphs.Singles, rows.Length, false, _ => { }, i => call.Rows.AddRow(call.Rows.Write(rows[i]), rows[i].Length), token);
        float[] logits = call.Logits.Slice(0, checked(rows.Length * _model.LogitCount)).ToArray();
        Keep(call);
        return logits;
    }

    public void Dispose() => _graphs.Dispose();

    private Classification Make(ReadOnlySpan<float> logits, int windows, int tokenCount, int usedTokenCount) => _answers.Make(logits, windows, tokenCount, usedTokenCount);

    private Classification[] MakeTasks(ReadOnlySpan<float> logits, int windows, int tokenCount, int usedTokenCount)
    {
        Classification[] answers = new Classification[_tasks.Length];
        for (int i = 0; i < answers.Length; i++) answers[i] = _tasks[i].Make(logits, windows, tokenCount, usedTokenCount);
        return answers;
    }

    private TAnswer[] Answer<T, TAnswer>(IReadOnlyList<T> items, Action<T> checkCharacters, Func<T, TokenRows, TokenizedText> prepare, IBatchGraph graph, bool canRefuse, Func<ReadOnlySpan<float>, int, int, int, TAnswer> make, CancellationToken token)
    {
        CallBuffers call = Take();
        TokenizedText[] texts = call.Texts(items.Count);
        int[] firstRows = call.FirstRows(items.Count);
        if (!canRefuse) CallRunner.Check(items, checkCharacters);
        _runner.Run(call, graph, items.Count, canRefuse, i => texts[i] = prepare(items[i], call.Rows), i =>
        {
            firstRows[i] = call.Rows.Count;
            texts[i].AddRows(call.Rows);
        }, token);
        TAnswer[] answers = new TAnswer[items.Count];
        _runner.InStretches(answers.Length, i => answers[i] = make(LogitsOf(call, firstRows[i], texts[i].RowCount), texts[i].RowCount, texts[i].TokenCount, texts[i].UsedTokenCount), token);
        Keep(call);
        return answers;
    }

    private ReadOnlySpan<float> LogitsOf(CallBuffers call, int first, int rows) => call.Logits.Slice(first * _model.LogitCount, rows * _model.LogitCount);

    private static void RefuseCuts(EncodedDocument document)
    {
        for (int i = 0; i < document.TokenCounts.Count; i++)
            if (document.UsedTokenCounts[i] < document.TokenCounts[i])
                throw new TextTooLongException($"has a sentence (the {i + 1}. of {document.TokenCounts.Count}) of {document.TokenCounts[i]} tokens, of which {document.UsedTokenCounts[i]} are looked at. Divide it, or choose the policy Truncate.");
    }

    private CallBuffers Take() => _calls.TryTake(out CallBuffers? call) ? call : new CallBuffers();

    private void Keep(CallBuffers call)
    {
        if (!call.Rows.IsKept) return;
        call.Clear();
        _calls.Add(call);
    }

    private RctOnnxException NotFinite(int length)
    {
        string fault = $"'{_model.Content.Path}' gives a logit that is no finite number for a sequence of {length} tokens";
        return DialectChoice.IsFp16(Provider.Dialect)
            ? new ProviderException($"{fault} as {Provider.Dialect} on {Provider.Provider}. Values may leave the range of fp16 on the way: choose the fp32 dialect of the provider.")
            : new ModelFileException($"{fault}. Its weights are damaged or its training diverged: use another file.");
    }
}
