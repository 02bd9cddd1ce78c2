using System.Collections.Concurrent;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>From texts to answers: tokenise, plan batches, run them on all workers, put the logits back into order. Thread-safe.</summary>
internal sealed class ClassifierEngine : IDisposable
{
    /// <summary>Texts that one worker tokenises at a stretch: about a millisecond of work.</summary>
    private const int TokenizationStretch = 256;

    private readonly LoadedModel _model;
    private readonly ModelGraphs _graphs;
    private readonly TextPreparation _preparation;
    private readonly DocumentTokenizer? _documents; // of a document model
    private readonly bool _refusesCuts;
    private readonly AnswerMaker _answers; // of the task that was chosen, or the first one
    private readonly AnswerMaker[] _tasks; // of every task
    private readonly int _threads, _workers;
    private readonly ConcurrentBag<CallBuffers> _calls = []; // as many as there were calls at once

    public ClassifierEngine(LoadedModel model, TextClassifierOptions options)
    {
        int maxLength = options.MaxLength ?? model.MaxLength;
        TextLimits limits = new(maxLength, options.LongText ?? model.LongText, options.WindowOverlap ?? (maxLength - 2) / 4, options.MaxCharacters);
        (_model, _threads) = (model, options.Threads ?? Environment.ProcessorCount);
        _refusesCuts = limits.Policy == LongTextPolicy.Error;
        if (model.Document is not null && limits.Policy == LongTextPolicy.Window)
            throw new SettingsException($"{nameof(TextClassifierOptions.LongText)} is {limits.Policy}, but '{model.Content.Path}' reads documents, whose long sentences are cut or refused. Choose {LongTextPolicy.Truncate} or {LongTextPolicy.Error}.");
        _tasks = [.. model.Tasks.Select((task, i) => new AnswerMaker(task.Labels, task.ProblemType, task.Calibration, options.TopK, model.Tasks.Take(i).Sum(one => one.Labels.Count), model.LogitCount))];
        _answers = _tasks[model.TaskName is null ? 0 : model.Tasks.ToList().FindIndex(task => task.Name == model.TaskName)];
        bool latency = options.Profile == PerformanceProfile.Latency;
        _workers = latency ? 1 : _threads;
        (_graphs, Provider) = ModelGraphs.Open(model, options, latency ? _threads : 1);
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
        ? Answer(texts, _preparation.Prepare, _graphs.Singles, Make, token)
        : [.. Answer([.. texts.Select(text => (IReadOnlyList<string>)[text])], token).Select(answer => answer.Sentences[0])];

    /// <summary>Answers to pairs, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token) => _documents is null
        ? Answer(pairs, _preparation.Prepare, _graphs.Pairs, Make, token)
        : throw new ModelFileException($"'{_model.Content.Path}' reads documents of sentences, it was not made for pairs. Pass texts or documents.");

    /// <summary>Answers of every task to single texts, in their order; [texts][tasks].</summary>
    public Classification[][] AnswerTasks(IReadOnlyList<string> texts, CancellationToken token) =>
        Answer(texts, _preparation.Prepare, _graphs.Singles, MakeTasks, token);

    /// <summary>Answers of every task to pairs, in their order; [pairs][tasks].</summary>
    public Classification[][] AnswerTasks(IReadOnlyList<TextPair> pairs, CancellationToken token) =>
        Answer(pairs, _preparation.Prepare, _graphs.Pairs, MakeTasks, token);

    /// <summary>Answers to documents, in their order; of a document model only.</summary>
    public DocumentClassification[] Answer(IReadOnlyList<IReadOnlyList<string>> documents, CancellationToken token)
    {
        CallBuffers call = Take();
        EncodedDocument[] encoded = new EncodedDocument[documents.Count];
        InStretches(documents.Count, i =>
        {
            _preparation.CheckDocument(documents[i]);
            encoded[i] = _documents!.Encode(documents[i]);
            if (_refusesCuts) RefuseCuts(encoded[i]);
        }, token);
        foreach (EncodedRow row in encoded.SelectMany(document => document.Rows)) call.Rows.AddRow(call.Rows.Write(row.Ids), row.Ids.Length, row.Reads);
        int labelCount = _model.LogitCount, place = 0;
        float[] logits = call.Logits(checked(call.Rows.AnswerCount * labelCount));
        Compute(call, logits, _graphs.Singles, token);
        DocumentClassification[] answers = new DocumentClassification[documents.Count];
        for (int i = 0; i < answers.Length; i++)
        {
            EncodedDocument document = encoded[i];
            Classification[] sentences = new Classification[document.TokenCounts.Count];
            for (int sentence = 0; sentence < sentences.Length; sentence++, place++)
                sentences[sentence] = _answers.Make(logits.AsSpan(place * labelCount, labelCount), 1, document.TokenCounts[sentence], document.UsedTokenCounts[sentence]);
            answers[i] = new DocumentClassification(sentences, document.Rows.Count);
        }
        Keep(call);
        return answers;
    }

    /// <summary>Features of texts, [texts, hidden], with what was read of each: of a part of a model (<see cref="LoadedModel.Encoder"/>), which has no windows.</summary>
    public (float[] Features, TokenizedText[] Texts) Features(IReadOnlyList<string> texts, CancellationToken token)
    {
        CallBuffers call = Take();
        TokenizedText[] read = new TokenizedText[texts.Count];
        Tokenize(texts, read, call.Rows, _preparation.Prepare, token);
        foreach (TokenizedText text in read) text.AddRows(call.Rows);
        float[] features = new float[checked(read.Length * _model.LogitCount)];
        Compute(call, features, _graphs.Singles, token);
        Keep(call);
        return (features, read);
    }

    /// <summary>Logits of tokenised texts, [rows, labels], in their order: the engine without tokenizer and answers.</summary>
    public float[] Logits(int[][] rows, CancellationToken token)
    {
        float[] logits = new float[checked(rows.Length * _model.LogitCount)];
        CallBuffers call = Take();
        call.Rows.Set(rows, null);
        Compute(call, logits, _graphs.Singles, token);
        Keep(call);
        return logits;
    }

    public void Dispose() => _graphs.Dispose();

    private Classification Make(ReadOnlySpan<float> logits, TokenizedText text) => _answers.Make(logits, text.RowCount, text.TokenCount, text.UsedTokenCount);

    private Classification[] MakeTasks(ReadOnlySpan<float> logits, TokenizedText text)
    {
        Classification[] answers = new Classification[_tasks.Length];
        for (int i = 0; i < answers.Length; i++) answers[i] = _tasks[i].Make(logits, text.RowCount, text.TokenCount, text.UsedTokenCount);
        return answers;
    }

    private TAnswer[] Answer<T, TAnswer>(IReadOnlyList<T> items, Func<T, TokenRows, TokenizedText> prepare, IBatchGraph graph, Func<ReadOnlySpan<float>, TokenizedText, TAnswer> make, CancellationToken token)
    {
        CallBuffers call = Take();
        TokenizedText[] texts = call.Texts(items.Count);
        Tokenize(items, texts, call.Rows, prepare, token);
        for (int i = 0; i < items.Count; i++) texts[i].AddRows(call.Rows);
        int labelCount = _model.LogitCount;
        float[] logits = call.Logits(checked(call.Rows.Count * labelCount));
        Compute(call, logits, graph, token);
        TAnswer[] answers = new TAnswer[items.Count];
        for (int i = 0, first = 0; i < answers.Length; first += texts[i++].RowCount)
            answers[i] = make(logits.AsSpan(first * labelCount, texts[i].RowCount * labelCount), texts[i]);
        Keep(call);
        return answers;
    }

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
        call.Rows.Clear();
        _calls.Add(call);
    }

    private void Tokenize<T>(IReadOnlyList<T> items, TokenizedText[] texts, TokenRows rows, Func<T, TokenRows, TokenizedText> prepare, CancellationToken token) =>
        InStretches(items.Count, i => texts[i] = prepare(items[i], rows), token);

    // A text that is too long is reported by its place, the first one of several whatever the threads do.
    private void InStretches(int count, Action<int> prepare, CancellationToken token)
    {
        TextTooLongException? first = null;
        Lock refusing = new();
        Workers.Run((count + TokenizationStretch - 1) / TokenizationStretch, _threads, stretch =>
        {
            int i = stretch * TokenizationStretch, end = Math.Min(count, i + TokenizationStretch);
            try
            {
                for (; i < end; i++) prepare(i);
            }
            catch (TextTooLongException e)
            {
                lock (refusing)
                    if (first is null || i < first.Index) first = new TextTooLongException(e.Fault, i);
            }
        }, token);
        if (first is not null) throw first;
    }

    /// <summary>Writes the logits of every row, [answers, labels].</summary>
    private void Compute(CallBuffers call, float[] logits, IBatchGraph graph, CancellationToken token)
    {
        int labelCount = _model.LogitCount;
        graph.Plan(call.Rows.Lengths, call.Plan);
        List<PlannedBatch> batches = call.Plan.Batches;
        Workers.Run(batches.Count, _workers, i =>
        {
            PlannedBatch batch = batches[i];
            graph.Run(call.Rows, batch, logits);
            foreach (int row in batch.Rows)
                if (!AreFinite(logits.AsSpan(call.Rows.FirstAnswer(row) * labelCount, Math.Max(1, call.Rows.Reads(row).Length) * labelCount)))
                    throw NotFinite(batch.Length);
        }, token);
    }

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
            if (!float.IsFinite(value)) return false;
        return true;
    }

    private RctOnnxException NotFinite(int length)
    {
        string fault = $"'{_model.Content.Path}' gives a logit that is no finite number for a sequence of {length} tokens";
        return DialectChoice.IsFp16(Provider.Dialect)
            ? new ProviderException($"{fault} as {Provider.Dialect} on {Provider.Provider}. Values may leave the range of fp16 on the way: choose the fp32 dialect of the provider.")
            : new ModelFileException($"{fault}. Its weights are damaged or its training diverged: use another file.");
    }
}
