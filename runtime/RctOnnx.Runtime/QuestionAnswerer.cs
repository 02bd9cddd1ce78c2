using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// Finds the answers to questions in texts, out of a model file of <see cref="ProblemType.QuestionAnswering"/>: loaded, checked and warmed once, then
/// immutable and thread-safe. The same question about the same context gets the same answer alone or in any call, bit for bit in the CPU dialect.
/// </summary>
public sealed class QuestionAnswerer : IDisposable
{
    private readonly QuestionEngine _engine;
    private readonly UseLock _use;

    private QuestionAnswerer(LoadedModel model, QuestionAnswererOptions options)
    {
        options.Validate(model.MaxLength);
        _use = new UseLock(this);
        MaxLength = options.Running.MaxLength ?? model.MaxLength;
        _engine = new QuestionEngine(model, options);
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider => _engine.Provider;

    /// <summary>Longest row of question and window in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>Loads, checks and warms a model file.</summary>
    /// <exception cref="ModelFileException">The file is broken, is no model that answers questions, or answers its probes differently.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static QuestionAnswerer Load(string path, QuestionAnswererOptions? options = null)
    {
        LoadedModel model = LoadedModel.ReadBesideNative(path, ProblemType.QuestionAnswering);
        return new(model, options ?? new QuestionAnswererOptions());
    }

    /// <summary>Answers one question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="context">Where the answer stands; of any length where the model reads windows.</param>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    /// <exception cref="ModelFileException">The model fails on it.</exception>
    /// <exception cref="ProviderException">The provider fails on it.</exception>
    public QuestionAnswer Answer(string question, string context)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(context);
        try
        {
            return Answer([new Question(question, context)])[0];
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault);
        }
    }

    /// <summary>Answers questions: as many answers as questions, in their order.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Answer(string, string)"/>
    public IReadOnlyList<QuestionAnswer> Answer(IReadOnlyList<Question> questions, CancellationToken cancellationToken = default) => Answer(questions, cancellationToken, null);

    /// <summary>The same, showing the logits. Parameters as in <see cref="QuestionEngine.Answer"/>.</summary>
    internal IReadOnlyList<QuestionAnswer> Answer(IReadOnlyList<Question> questions, CancellationToken cancellationToken, Action<int, ReadOnlySpan<float>>? seen)
    {
        ArgumentNullException.ThrowIfNull(questions);
        foreach (Question question in questions)
            if (question.Text is null || question.Context is null) throw new ArgumentNullException(nameof(questions), "A question lacks its text or its context.");
        return _use.Use(() => _engine.Answer(questions, cancellationToken, seen));
    }

    /// <summary>Waits for running calls and frees the model; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _use.Dispose(_engine);
}
