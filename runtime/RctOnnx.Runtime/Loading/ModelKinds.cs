using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Which class of this library and which verb of the command line run a model of a kind.</summary>
public static class ModelKinds
{
    /// <summary>The verb that runs models of a problem type.</summary>
    public static string VerbOf(ProblemType problem) => Of(problem).Verb;

    /// <summary>Loads, checks and warms a model of any kind with the class that runs it.</summary>
    /// <exception cref="ModelFileException">The file is broken or answers its probes differently.</exception>
    /// <exception cref="ProviderException">No allowed provider works.</exception>
    /// <exception cref="SettingsException">The options do not fit together or not this model.</exception>
    public static IDisposable Load(string path, ProblemType problem, TextClassifierOptions options) => problem switch
    {
        ProblemType.QuestionAnswering => QuestionAnswerer.Load(path, new QuestionAnswererOptions { Running = options }),
        ProblemType.MultipleChoice => ChoiceSelector.Load(path, options),
        ProblemType.MaskedLm => MaskFiller.Load(path, options),
        _ => TextClassifier.Load(path, options),
    };

    /// <summary>Refuses a model of another kind than is wanted.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What it is.</param>
    /// <param name="wanted">One problem type of the kind that is wanted.</param>
    /// <exception cref="ModelFileException">It is of another kind; names the class and the verb for it.</exception>
    internal static void Require(string path, ProblemType problem, ProblemType wanted)
    {
        (string type, string verb) = Of(problem);
        if (type != Of(wanted).Type) throw Other(path, problem, $"expected is a model for {Of(wanted).Type}. Run it with '{verb}', in a program with {type}");
    }

    /// <summary>The message for a verb that has no use for a kind of model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What it is.</param>
    /// <param name="why">What is wrong, and the next step, without a full stop.</param>
    public static ModelFileException Other(string path, ProblemType problem, string why) => new($"'{path}' is a model for {Name(problem)}: {why}.");

    private static (string Type, string Verb) Of(ProblemType problem) => problem switch
    {
        ProblemType.QuestionAnswering => (nameof(QuestionAnswerer), "rctonnx answer"),
        ProblemType.MultipleChoice => (nameof(ChoiceSelector), "rctonnx choose"),
        ProblemType.MaskedLm => (nameof(MaskFiller), "rctonnx fill-mask"),
        _ => (nameof(TextClassifier), "rctonnx classify"),
    };

    private static string Name(ProblemType problem) => problem switch
    {
        ProblemType.QuestionAnswering => "question answering (question_answering)",
        ProblemType.MultipleChoice => "multiple choice (multiple_choice)",
        ProblemType.MaskedLm => "filling masks (masked_lm)",
        _ => $"classification ({problem})",
    };
}
