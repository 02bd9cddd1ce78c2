using System.Globalization;

namespace RctOnnx.Runtime.Quantization;

/// <summary>A model that chooses: each text is a prompt and its choices.</summary>
/// <param name="selector">It, closed with this.</param>
internal sealed class AnsweringChoices(ChoiceSelector selector) : IAnsweringModel
{
    public DevAnswers Answer(IReadOnlyList<IReadOnlyList<string>> texts, CancellationToken token)
    {
        IReadOnlyList<ChoiceAnswer> answers = selector.Select([.. texts.Select(text => new ChoiceQuestion(text[0], [.. text.Skip(1)]))], token);
        string[] chosen = [.. answers.Select(answer => answer.Index.ToString(CultureInfo.InvariantCulture))]; // two choices may have the same text
        return new DevAnswers { Texts = chosen, Tasks = [new TaskAnswers([.. answers.Select(answer => answer.Logits)], chosen)] };
    }

    public void Dispose() => selector.Dispose();
}
