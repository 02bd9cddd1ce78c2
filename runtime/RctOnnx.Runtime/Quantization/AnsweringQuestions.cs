namespace RctOnnx.Runtime.Quantization;

/// <summary>A model that answers questions: each text is a question and its context.</summary>
/// <param name="answerer">It, closed with this.</param>
internal sealed class AnsweringQuestions(QuestionAnswerer answerer) : IAnsweringModel
{
    public DevAnswers Answer(IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token)
    {
        float[][] logits = new float[texts.Count][];
        IReadOnlyList<QuestionAnswer> answers = answerer.Answer([.. texts.Select(text => new Question(text[0], text[1]))], token, (question, seen) => logits[question] = seen.ToArray());
        string[] found = [.. answers.Select(answer => answer.Text)];
        return new DevAnswers { Texts = found, Tasks = [new TaskAnswers(logits, found)] };
    }

    public void Dispose() => answerer.Dispose();
}
