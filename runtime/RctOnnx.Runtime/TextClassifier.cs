using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Runtime;

/// <summary>
/// A text classifier out of a model file: loaded, checked and warmed once, then immutable and thread-safe. The same text or
/// pair gets the same answer alone or in any call, bit for bit in the CPU dialect.
/// </summary>
public sealed class TextClassifier : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ClassifierEngine _engine;
    private readonly UseLock _use;

    private TextClassifier(LoadedModel model, TextClassifierOptions options)
    {
        _use = new UseLock(this);
        options.Validate(model.MaxLength);
        (_model, MaxLength) = (model, options.MaxLength ?? model.MaxLength);
        _engine = new ClassifierEngine(model, options);
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider => _engine.Provider;

    /// <summary>Label names by index.</summary>
    public IReadOnlyList<string> Labels => _model.Labels;

    /// <summary>What the logits mean.</summary>
    public Onnx.ProblemType ProblemType => _model.ProblemType;

    /// <summary>Longest sequence in tokens, special tokens included.</summary>
    public int MaxLength { get; }

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
        Task native = Task.Run(OrtEnv.Instance); // the native library is loaded while the file is read
        LoadedModel model = LoadedModel.Read(path);
        native.GetAwaiter().GetResult();
        return new(model, options ?? new TextClassifierOptions());
    }

    /// <summary>Classifies one text; the empty text has an answer too.</summary>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    /// <exception cref="ModelFileException">The model fails on it.</exception>
    /// <exception cref="ProviderException">The provider fails on it.</exception>
    public Classification Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return One(text, _engine.Answer);
    }

    /// <summary>Classifies one pair.</summary>
    /// <exception cref="ModelFileException">The model was not made for pairs, or fails on it.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    public Classification Classify(TextPair pair)
    {
        CheckPair(pair, nameof(pair));
        return One(pair, _engine.Answer);
    }

    /// <summary>Classifies texts: as many answers as texts, in their order. Equal texts are computed once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Classify(string)"/>
    [OverloadResolutionPriority(1)] // for an empty list, which could be one of pairs
    public IReadOnlyList<Classification> Classify(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        for (int i = 0; i < texts.Count; i++)
            if (texts[i] is null) throw new ArgumentNullException(nameof(texts), $"Text {i} is null.");
        return Many(texts, _engine.Answer, cancellationToken);
    }

    /// <summary>Classifies pairs: as many answers as pairs, in their order. Equal pairs are computed once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Classify(TextPair)"/>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<TextPair> pairs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        foreach (TextPair pair in pairs) CheckPair(pair, nameof(pairs));
        return Many(pairs, _engine.Answer, cancellationToken);
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
    public void Dispose() => _use.Dispose(_engine);

    private Classification One<T>(T item, Func<IReadOnlyList<T>, CancellationToken, Classification[]> answer)
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

    private IReadOnlyList<Classification> Many<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, CancellationToken, Classification[]> answer, CancellationToken token)
        where T : notnull
    {
        Dictionary<T, int> places = [];
        List<T> distinct = [];
        int[] place = new int[items.Count], first = new int[items.Count];
        for (int i = 0; i < place.Length; i++)
        {
            if (!places.TryGetValue(items[i], out place[i]))
            {
                places.Add(items[i], place[i] = distinct.Count);
                first[distinct.Count] = i;
                distinct.Add(items[i]);
            }
        }
        try
        {
            Classification[] answers = _use.Use(() => answer(distinct, token));
            return [.. place.Select(index => answers[index])];
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault, first[(int)e.Index!]);
        }
    }

    private static void CheckPair(TextPair pair, string name)
    {
        if (pair.First is null || pair.Second is null) throw new ArgumentNullException(name, "A pair lacks one of its texts.");
    }
}
