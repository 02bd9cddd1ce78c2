using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// Names the pieces behind the masks of texts, out of a model file of <see cref="ProblemType.MaskedLm"/>: loaded, checked and warmed once, then
/// immutable and thread-safe. In CPU dialects only masks go through the output matrix, which is as wide as the vocabulary.
/// </summary>
public sealed class MaskFiller : IDisposable
{
    private readonly MaskEngine _engine;
    private readonly UseLock _use;

    private MaskFiller(LoadedModel model, TextClassifierOptions options)
    {
        options.Validate(model.MaxLength, (nameof(options.TaskName), options.TaskName), (nameof(options.WindowOverlap), options.WindowOverlap));
        _use = new UseLock(this);
        MaskToken = model.Tokenizer.Settings.MaskToken;
        _engine = new MaskEngine(model, options);
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider => _engine.Provider;

    /// <summary>What a mask is written as.</summary>
    public string MaskToken { get; }

    /// <summary>Loads, checks and warms a model file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it runs; <see cref="TextClassifierOptions.TopK"/> is the number of pieces of a mask, 5 where it is not given.</param>
    /// <exception cref="ModelFileException">The file is broken, or is no masked language model; such files have no probes.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static MaskFiller Load(string path, TextClassifierOptions? options = null)
    {
        options ??= new TextClassifierOptions();
        if (options.ParseSpecialTokens) throw new SettingsException($"{nameof(TextClassifierOptions.ParseSpecialTokens)} is set: of special tokens a mask filler reads the mask alone. Leave it out.");
        LoadedModel model = LoadedModel.ReadBesideNative(path, ProblemType.MaskedLm);
        return new(model, options);
    }

    /// <summary>Names the likeliest pieces behind every mask of a text, in the order of the masks.</summary>
    /// <exception cref="DataException">The text has no mask.</exception>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    /// <exception cref="ModelFileException">The model fails on it.</exception>
    /// <exception cref="ProviderException">The provider fails on it.</exception>
    public IReadOnlyList<FilledMask> Fill(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return Fill([text])[0];
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault);
        }
    }

    /// <summary>Names pieces for several texts: as many lists as texts, in their order.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Fill(string)"/>
    public IReadOnlyList<IReadOnlyList<FilledMask>> Fill(IReadOnlyList<string> texts, CancellationToken cancellationToken = default) => Fill(texts, cancellationToken, null);

    /// <summary>The same, showing the logits. Parameters as in <see cref="MaskEngine.Fill"/>.</summary>
    internal IReadOnlyList<IReadOnlyList<FilledMask>> Fill(IReadOnlyList<string> texts, CancellationToken cancellationToken, MaskLogits? seen)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Contains(null!)) throw new ArgumentNullException(nameof(texts), "A text is null.");
        return _use.Use(() => _engine.Fill(texts, cancellationToken, seen));
    }

    /// <summary>Waits for running calls and frees the model; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _use.Dispose(_engine);
}
