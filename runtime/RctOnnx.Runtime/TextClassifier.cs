using System.Runtime.CompilerServices;

namespace RctOnnx.Runtime;

/// <summary>
/// A text classifier out of a model file: loaded, checked and warmed once, then immutable and thread-safe. The same text gets
/// the same answer alone or in any call, bit for bit in the CPU dialect.
/// </summary>
public sealed class TextClassifier : IDisposable
{
    // Texts of a stream that run together: enough to fill all workers, few enough that a slow reader holds little.
    private const int StreamChunk = 256;

    private readonly LoadedModel _model;
    private readonly ClassifierEngine _engine;
    private readonly ReaderWriterLockSlim _use = new(LockRecursionPolicy.NoRecursion);
    private bool _disposed;

    private TextClassifier(LoadedModel model, TextClassifierOptions options)
    {
        options.Validate(model.MaxLength);
        (_model, _engine) = (model, new ClassifierEngine(model, options));
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider => _engine.Provider;

    /// <summary>Label names by index.</summary>
    public IReadOnlyList<string> Labels => _model.Labels;

    /// <summary>What the scores mean.</summary>
    public Onnx.ProblemType ProblemType => _model.ProblemType;

    /// <summary>Longest sequence in tokens, special tokens included.</summary>
    public int MaxLength => _engine.MaxLength;

    /// <summary>Loads, checks and warms a model file, ours or foreign (with config.json and vocabulary beside it).</summary>
    /// <exception cref="ModelFileException">The file is broken or answers its probes differently.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static TextClassifier Load(string path, TextClassifierOptions? options = null) =>
        new(LoadedModel.Read(path), options ?? new TextClassifierOptions());

    /// <summary>Classifies one text; the empty text has an answer too.</summary>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    /// <exception cref="ModelFileException">ONNX Runtime failed on it.</exception>
    public Classification Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Answer([new ClassifierInput(text, null)])[0];
    }

    /// <summary>Classifies texts: as many answers as texts, in their order. Equal texts are computed once.</summary>
    /// <inheritdoc cref="Classify(string)"/>
    [OverloadResolutionPriority(1)] // for an empty list, which could be one of pairs
    public IReadOnlyList<Classification> Classify(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ClassifierInput[] inputs = new ClassifierInput[texts.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = new ClassifierInput(texts[i] ?? throw new ArgumentNullException(nameof(texts), $"Text {i} is null."), null);
        return Answer(inputs);
    }

    /// <summary>Classifies one pair, for models that were trained on pairs. The longer text is cut first.</summary>
    /// <inheritdoc cref="Classify(string)"/>
    public Classification Classify(TextPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return Classify([pair])[0];
    }

    /// <summary>Classifies pairs: as many answers as pairs, in their order. Equal pairs are computed once.</summary>
    /// <inheritdoc cref="Classify(string)"/>
    public IReadOnlyList<Classification> Classify(IReadOnlyList<TextPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        ClassifierInput[] inputs = new ClassifierInput[pairs.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = pairs[i] is { First: not null, Second: not null } pair
                ? new ClassifierInput(pair.First, pair.Second)
                : throw new ArgumentNullException(nameof(pairs), $"Pair {i} or a text of it is null.");
        return Answer(inputs);
    }

    /// <summary>
    /// Classifies a stream: an answer a text, in order. Texts that are ready together run together; while they run the next is
    /// awaited, and no more are taken, so that memory stays bounded however long the stream is.
    /// </summary>
    /// <param name="texts">Read once.</param>
    /// <param name="cancellationToken">Ends the stream between batches.</param>
    /// <inheritdoc cref="Classify(string)"/>
    public async IAsyncEnumerable<Classification> ClassifyAsync(
        IAsyncEnumerable<string> texts, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerator<string> source = texts.GetAsyncEnumerator(stop.Token);
        Task<bool> next = source.MoveNextAsync().AsTask();
        try
        {
            List<string> chunk = [];
            for (bool more = true; more || chunk.Count > 0;)
            {
                if (more && chunk.Count < StreamChunk && (next.IsCompleted || chunk.Count == 0))
                {
                    more = await next.ConfigureAwait(false);
                    if (!more) continue;
                    chunk.Add(source.Current);
                    next = source.MoveNextAsync().AsTask();
                    continue;
                }
                string[] ready = [.. chunk];
                chunk.Clear();
                cancellationToken.ThrowIfCancellationRequested();
                foreach (Classification answer in await Task.Run(() => Classify(ready), cancellationToken).ConfigureAwait(false)) yield return answer;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await next.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false); // an enumerator may not be freed while it moves
            await source.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Waits for running calls and frees the model; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        _use.EnterWriteLock();
        try
        {
            if (!_disposed) _engine.Dispose();
            _disposed = true;
        }
        finally
        {
            _use.ExitWriteLock();
        }
    }

    private Classification[] Answer(ClassifierInput[] inputs)
    {
        Dictionary<ClassifierInput, int> places = [];
        List<int> firsts = [];
        int[] place = new int[inputs.Length];
        for (int i = 0; i < place.Length; i++)
        {
            if (places.TryGetValue(inputs[i], out place[i])) continue;
            places.Add(inputs[i], place[i] = firsts.Count);
            firsts.Add(i);
        }
        _use.EnterReadLock();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Classification[] answers = _engine.Compute([.. firsts.Select(first => inputs[first])], [.. firsts]);
            return [.. place.Select(index => answers[index])];
        }
        finally
        {
            _use.ExitReadLock();
        }
    }
}
