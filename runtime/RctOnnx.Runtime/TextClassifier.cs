using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// A text classifier out of a model file: loaded, checked and warmed once, then immutable and thread-safe. The same text or
/// pair gets the same answer alone or in any call, bit for bit in the CPU dialect.
/// </summary>
public sealed class TextClassifier : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ClassifierEngine _engine;
    private readonly PairEngine? _pairs; // of a model with two encoders, of which the first is then the engine
    private readonly UseLock _use;

    private TextClassifier(LoadedModel model, TextClassifierOptions options)
    {
        _use = new UseLock(this);
        options.Validate(model.MaxLength, (nameof(options.WindowOverlap), (options.LongText ?? model.LongText) == LongTextPolicy.Window ? null : options.WindowOverlap));
        if (options.TaskName is { } task) model = model.Choose(task);
        (_model, MaxLength) = (model, options.MaxLength ?? model.MaxLength);
        _pairs = model.PairEncoding is null ? null : new PairEngine(model, options);
        _engine = _pairs?.First ?? new ClassifierEngine(model, options);
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider => _engine.Provider;

    /// <summary>Label names by index.</summary>
    public IReadOnlyList<string> Labels => _model.Labels;

    /// <summary>What the logits mean.</summary>
    public ProblemType ProblemType => _model.ProblemType;

    /// <summary>The tasks of a file of several, in their order; empty for a file of one.</summary>
    public IReadOnlyList<TaskDescription> Tasks => _model.Tasks.Count > 1 ? _model.Tasks : [];

    /// <summary>The task that <see cref="Labels"/> and <see cref="Classify(string)"/> are of, in a file of several; null in a file of one.</summary>
    public string? TaskName => _model.TaskName;

    /// <summary>Longest sequence in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>Whether the model reads pairs alone, each text by an encoder of two (<see cref="Classify(TextPair)"/>).</summary>
    public bool ReadsPairsOnly => _pairs is not null;

    /// <summary>Whether the sentences of a document are read together (<see cref="ClassifyDocument"/>).</summary>
    public bool ReadsDocuments => _engine.ReadsDocuments;

    /// <summary>The engine, for benchmarks of its parts.</summary>
    internal ClassifierEngine Engine => _engine;

    /// <summary>Loads, checks and warms a model file, ours or foreign (with config.json and vocabulary beside it).</summary>
    /// <exception cref="ModelFileException">The file is broken or answers its probes differently.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static TextClassifier Load(string path, TextClassifierOptions? options = null)
    {
        LoadedModel model = LoadedModel.ReadBesideNative(path);
        return new(model, options ?? new TextClassifierOptions());
    }

    /// <summary>Classifies one text; the empty text has an answer too.</summary>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    /// <exception cref="ModelFileException">The model fails on it.</exception>
    /// <exception cref="ProviderException">The provider fails on it.</exception>
    public Classification Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        RefuseSingles();
        return One(text, _engine.Answer);
    }

    /// <summary>Classifies one pair.</summary>
    /// <exception cref="ModelFileException">The model was not made for pairs, or fails on it.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    public Classification Classify(TextPair pair)
    {
        CheckPair(pair, nameof(pair));
        return One(pair, AnswerPairs);
    }

    /// <summary>Classifies texts: as many answers as texts, in their order. Equal texts are computed once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    [OverloadResolutionPriority(1)] // for an empty list, which could be one of pairs
    public IReadOnlyList<Classification> Classify(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        CheckTexts(texts);
        RefuseSingles();
        return Many(texts, _engine.Answer, cancellationToken);
    }

    /// <summary>Classifies pairs: as many answers as pairs, in their order. Equal pairs are computed once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Classify(TextPair)"/>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<TextPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        foreach (TextPair pair in pairs) CheckPair(pair, nameof(pairs));
        return Many(pairs, AnswerPairs, cancellationToken);
    }

    /// <summary>Answers of every task of a file of several to one text, by the name of the task, out of one pass through the encoder.</summary>
    /// <exception cref="SettingsException">The file has one task.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    public IReadOnlyDictionary<string, Classification> ClassifyTasks(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        RequireTasks();
        return Named(One(text, _engine.AnswerTasks));
    }

    /// <summary>Answers of every task to one pair, as <see cref="ClassifyTasks(string)"/> gives them.</summary>
    /// <exception cref="SettingsException">The file has one task.</exception>
    /// <inheritdoc cref="Classify(TextPair)"/>
    public IReadOnlyDictionary<string, Classification> ClassifyTasks(TextPair pair)
    {
        CheckPair(pair, nameof(pair));
        RequireTasks();
        return Named(One(pair, _engine.AnswerTasks));
    }

    /// <summary>Answers of every task to texts: as many as texts, in their order. Equal texts are computed once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="ClassifyTasks(string)"/>
    [OverloadResolutionPriority(1)]
    public IReadOnlyList<IReadOnlyDictionary<string, Classification>> ClassifyTasks(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        CheckTexts(texts);
        RequireTasks();
        return [.. Many(texts, _engine.AnswerTasks, cancellationToken).Select(Named)];
    }

    /// <summary>Answers of every task to pairs: as many as pairs, in their order. Equal pairs are computed once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="ClassifyTasks(TextPair)"/>
    public IReadOnlyList<IReadOnlyDictionary<string, Classification>> ClassifyTasks(IReadOnlyList<TextPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        foreach (TextPair pair in pairs) CheckPair(pair, nameof(pairs));
        RequireTasks();
        return [.. Many(pairs, _engine.AnswerTasks, cancellationToken).Select(Named)];
    }

    /// <summary>
    /// Classifies the sentences of a document: by a document model with the sentences around them in view, by other models each alone.
    /// </summary>
    /// <param name="sentences">In their order; see <see cref="SentenceSplitter"/> for text that is not divided.</param>
    /// <exception cref="TextTooLongException">The document, or to other models a sentence, is over a limit.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    public DocumentClassification ClassifyDocument(IReadOnlyList<string> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        return ClassifyDocuments([sentences])[0];
    }

    /// <summary>Classifies documents as <see cref="ClassifyDocument"/> does one: as many answers as documents, in their order.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="ClassifyDocument"/>
    public IReadOnlyList<DocumentClassification> ClassifyDocuments(IReadOnlyList<IReadOnlyList<string>> documents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        foreach (IReadOnlyList<string> document in documents)
            if (document is null || document.Contains(null!)) throw new ArgumentNullException(nameof(documents), "A document or one of its sentences is null.");
        if (ReadsDocuments) return _use.Use(() => _engine.Answer(documents, cancellationToken));
        IReadOnlyList<Classification> answers = Classify([.. documents.SelectMany(document => document)], cancellationToken);
        DocumentClassification[] result = new DocumentClassification[documents.Count];
        for (int i = 0, first = 0; i < result.Length; first += documents[i++].Count)
            result[i] = new DocumentClassification([.. answers.Skip(first).Take(documents[i].Count)], documents[i].Count);
        return result;
    }

    /// <summary>
    /// Classifies a stream: as many answers as texts, in their order. Texts are taken in chunks as they come, at most two
    /// chunks are held, and the source waits while answers are not taken.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    public IAsyncEnumerable<Classification> ClassifyAsync(IAsyncEnumerable<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return TextStream.Run(texts, text => text?.Length ?? 0, Classify, cancellationToken);
    }

    /// <summary>Classifies a stream of pairs as <see cref="ClassifyAsync(IAsyncEnumerable{string}, CancellationToken)"/> does one of texts.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Classify(TextPair)"/>
    public IAsyncEnumerable<Classification> ClassifyAsync(IAsyncEnumerable<TextPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        return TextStream.Run(pairs, pair => (long)(pair.First?.Length ?? 0) + (pair.Second?.Length ?? 0), Classify, cancellationToken);
    }

    /// <summary>Waits for running calls and frees the model; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _use.Dispose(_pairs as IDisposable ?? _engine);

    private TAnswer One<T, TAnswer>(T item, Func<IReadOnlyList<T>, CancellationToken, TAnswer[]> answer)
    {
        try
        {
            return _use.Use(() => answer([item], CancellationToken.None))[0];
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault);
        }
    }

    private IReadOnlyList<TAnswer> Many<T, TAnswer>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, CancellationToken, TAnswer[]> answer, CancellationToken token)
        where T : notnull
    {
        Dictionary<T, int> places = new(items.Count);
        List<T> distinct = new(items.Count);
        int[] place = new int[items.Count], first = new int[items.Count];
        for (int i = 0; i < place.Length; i++)
        {
            ref int known = ref CollectionsMarshal.GetValueRefOrAddDefault(places, items[i], out bool seen);
            if (!seen)
            {
                (known, first[distinct.Count]) = (distinct.Count, i);
                distinct.Add(items[i]);
            }
            place[i] = known;
        }
        try
        {
            TAnswer[] answers = _use.Use(() => answer(distinct, token));
            if (distinct.Count == place.Length) return answers.AsReadOnly();
            TAnswer[] all = new TAnswer[place.Length];
            for (int i = 0; i < all.Length; i++) all[i] = answers[place[i]];
            return all.AsReadOnly();
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault, first[(int)e.Index!]);
        }
    }

    private Classification[] AnswerPairs(IReadOnlyList<TextPair> pairs, CancellationToken token) => _pairs is null ? _engine.Answer(pairs, token) : _pairs.Answer(pairs, token);

    private void RefuseSingles()
    {
        if (_pairs is not null) throw new ModelFileException($"'{_model.Content.Path}' reads pairs, each text by an encoder of its own: single texts have no answer. Pass pairs; on the command line name the column of the second text by --pair-column.");
    }

    private void RequireTasks()
    {
        if (Tasks.Count == 0) throw new SettingsException($"'{_model.Content.Path}' has one task, without a name. Ask it by {nameof(Classify)}.");
    }

    private Dictionary<string, Classification> Named(Classification[] answers) => Tasks.Zip(answers, (task, answer) => KeyValuePair.Create(task.Name, answer)).ToDictionary();

    private static void CheckTexts(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        for (int i = 0; i < texts.Count; i++)
            if (texts[i] is null) throw new ArgumentNullException(nameof(texts), $"Text {i} is null.");
    }

    private static void CheckPair(TextPair pair, string name)
    {
        if (pair.First is null || pair.Second is null) throw new ArgumentNullException(name, "A pair lacks one of its texts.");
    }
}
