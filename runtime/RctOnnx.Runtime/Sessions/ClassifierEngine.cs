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
    private readonly AnswerMaker _answers;
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
        _answers = new AnswerMaker(model.Labels, model.ProblemType, model.Calibration, options.TopK);
        WorkerCounts counts = WorkerCounts.Of(options);
        _runner = new CallRunner(counts, model.Labels.Count, NotFinite);
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
        ? Answer(texts, _preparation.Check, _preparation.Prepare, _graphs.Singles, _refusesCuts, token)
        : [.. Answer([.. texts.Select(text => (IReadOnlyList<string>)[text])], token).Select(answer => answer.Sentences[0])];

    /// <summary>Answers to pairs, in their order.</summary>
    public Classification[] Answer(IReadOnlyList<TextPair> pairs, CancellationToken token) => _documents is null
        ? Answer(pairs, _preparation.Check, _preparation.Prepare, _graphs.Pairs, !_cuts, token)
        : throw new ModelFileException($"'{_model.Content.Path}' reads documents of sentences, it was not made for pairs. Pass texts or documents.");

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
                sentences[sentence] = Make(call, firstAnswers[i] + sentence, 1, document.TokenCounts[sentence], document.UsedTokenCounts[sentence]);
            answers[i] = new DocumentClassification(sentences, document.Rows.Count);
        }, token);
        Keep(call);
        return answers;
    }

    /// <summary>Logits of tokenised texts, [rows, labels], in their order: the engine without tokenizer and answers.</summary>
    public float[] Logits(int[][] rows, CancellationToken token)
    {
        CallBuffers call = Take();
        _runner.Run(call, _graphs.Singles, rows.Length, false, _ => { }, i => call.Rows.AddRow(call.Rows.Write(rows[i]), rows[i].Length), token);
        float[] logits = call.Logits.Slice(0, checked(rows.Length * _model.Labels.Count)).ToArray();
        Keep(call);
        return logits;
    }

    public void Dispose() => _graphs.Dispose();

    private Classification[] Answer<T>(IReadOnlyList<T> items, Action<T> checkCharacters, Func<T, TokenRows, TokenizedText> prepare, IBatchGraph graph, bool canRefuse, CancellationToken token)
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
        Classification[] answers = new Classification[items.Count];
        _runner.InStretches(answers.Length, i => answers[i] = Make(call, firstRows[i], texts[i].RowCount, texts[i].TokenCount, texts[i].UsedTokenCount), token);
        Keep(call);
        return answers;
    }

    private Classification Make(CallBuffers call, int first, int windows, int tokenCount, int usedTokenCount)
    {
        int labelCount = _model.Labels.Count;
        return _answers.Make(call.Logits.Slice(first * labelCount, windows * labelCount), windows, tokenCount, usedTokenCount);
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
