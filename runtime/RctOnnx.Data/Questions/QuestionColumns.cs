namespace RctOnnx.Data;

/// <summary>Names of the properties that hold a question. Immutable.</summary>
public sealed record QuestionColumns
{
    /// <summary>The question.</summary>
    public string Question { get; init; } = "question";

    /// <summary>The text that the answer stands in.</summary>
    public string Context { get; init; } = "context";

    /// <summary>
    /// The answers: a text, a list of texts that are all right, null or an empty list where the context holds none, or an object of the lists <c>text</c>
    /// and <c>answer_start</c>, as SQuAD has it.
    /// </summary>
    public string Answer { get; init; } = "answer";

    /// <summary>Where each answer begins in the context, in code points: a number, or a list of them. Not looked at where the answer is an object.</summary>
    public string Start { get; init; } = "start";
}
