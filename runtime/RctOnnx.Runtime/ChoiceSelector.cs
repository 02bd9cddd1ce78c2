using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// Says which of several texts goes with a prompt, out of a model file of <see cref="ProblemType.MultipleChoice"/>: loaded, checked and warmed once,
/// then immutable and thread-safe. The same question gets the same answer alone or in any call, bit for bit in the CPU dialect.
/// </summary>
public sealed class ChoiceSelector : IDisposable
{
    private const int FewestChoices = 2;

    private readonly ChoiceEngine _engine;
    private readonly UseLock _use;

    private ChoiceSelector(LoadedModel model, TextClassifierOptions options)
    {
        options.Validate(model.MaxLength, (nameof(options.TaskName), options.TaskName), (nameof(options.TopK), options.TopK), (nameof(options.WindowOverlap), options.WindowOverlap));
        _use = new UseLock(this);
        MaxLength = options.MaxLength ?? model.MaxLength;
        _engine = new ChoiceEngine(model, options);
    }

    /// <summary>The provider that runs, and why preferred ones do not.</summary>
    public ProviderReport Provider => _engine.Provider;

    /// <summary>Longest sequence of prompt and text in tokens, special tokens included.</summary>
    public int MaxLength { get; }

    /// <summary>Loads, checks and warms a model file.</summary>
    /// <exception cref="ModelFileException">The file is broken, is no model that chooses, or answers its probes differently.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static ChoiceSelector Load(string path, TextClassifierOptions? options = null)
    {
        LoadedModel model = LoadedModel.ReadBesideNative(path, ProblemType.MultipleChoice);
        return new(model, options ?? new TextClassifierOptions());
    }

    /// <summary>Chooses one of the texts.</summary>
    /// <param name="prompt">Read before each text.</param>
    /// <param name="choices">The texts, two at least.</param>
    /// <exception cref="TextTooLongException">It is over a limit.</exception>
    /// <exception cref="DataException">There are fewer than two texts.</exception>
    /// <exception cref="ModelFileException">The model fails on it.</exception>
    /// <exception cref="ProviderException">The provider fails on it.</exception>
    public ChoiceAnswer Select(string prompt, IReadOnlyList<string> choices)
    {
        try
        {
            return Select([new ChoiceQuestion(prompt, choices)])[0];
        }
        catch (TextTooLongException e)
        {
            throw new TextTooLongException(e.Fault);
        }
    }

    /// <summary>Chooses for several prompts: as many answers as questions, in their order.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <inheritdoc cref="Select(string, IReadOnlyList{string})"/>
    public IReadOnlyList<ChoiceAnswer> Select(IReadOnlyList<ChoiceQuestion> questions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(questions);
        for (int i = 0; i < questions.Count; i++)
        {
            if (questions[i].Prompt is null || questions[i].Choices is null || questions[i].Choices.Contains(null!)) throw new ArgumentNullException(nameof(questions), $"Question {i} lacks its prompt, its choices or one of them.");
            if (questions[i].Choices.Count < FewestChoices) throw new DataException($"Question {i} (counted from 0) has {questions[i].Choices.Count} choices, expected {FewestChoices} at least. Give more, or leave it out.");
        }
        return _use.Use(() => _engine.Answer(questions, cancellationToken));
    }

    /// <summary>Waits for running calls and frees the model; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _use.Dispose(_engine);
}
