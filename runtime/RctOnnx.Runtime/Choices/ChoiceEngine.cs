using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>From prompts and texts to choices: every text is a row of its own behind its prompt. Thread-safe.</summary>
internal sealed class ChoiceEngine : IDisposable
{
    private readonly RowEngine _rows;
    private readonly TextPreparation _preparation;

    public ChoiceEngine(LoadedModel model, TextClassifierOptions options)
    {
        int maxLength = options.MaxLength ?? model.MaxLength;
        TextLimits limits = new(maxLength, options.LongText ?? model.LongText, 0, options.MaxCharacters);
        if (limits.Policy == LongTextPolicy.Window)
            throw new SettingsException($"{nameof(TextClassifierOptions.LongText)} is {limits.Policy}, but choices have no windows. Choose {LongTextPolicy.Truncate} or {LongTextPolicy.Error}.");
        _rows = new RowEngine(model, options);
        try
        {
            _preparation = new TextPreparation(model.Tokenizer, limits, options.ParseSpecialTokens);
            _ = Answer([new ChoiceQuestion("", ["", "a"])], CancellationToken.None); // warms the session
            _rows.CheckProbes();
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    /// <summary>The provider that runs.</summary>
    public ProviderReport Provider => _rows.Provider;

    /// <summary>Answers in the order of the questions.</summary>
    public ChoiceAnswer[] Answer(IReadOnlyList<ChoiceQuestion> questions, CancellationToken token)
    {
        CallBuffers call = _rows.Take();
        TokenizedText[][] texts = new TokenizedText[questions.Count][];
        int[] firstRows = call.FirstRows(questions.Count);
        _rows.Run(call, _rows.Pairs, questions.Count, canRefuse: true, i => texts[i] = [.. questions[i].Choices.Select(choice => _preparation.Prepare(new TextPair(questions[i].Prompt, choice), call.Rows))], i =>
        {
            firstRows[i] = call.Rows.Count;
            foreach (TokenizedText text in texts[i]) text.AddRows(call.Rows);
        }, token);
        ChoiceAnswer[] answers = new ChoiceAnswer[texts.Length];
        _rows.InStretches(answers.Length, i => answers[i] = Make(questions[i].Choices, _rows.LogitsOf(call, firstRows[i], texts[i].Length), texts[i]), token);
        _rows.Keep(call);
        return answers;
    }

    public void Dispose() => _rows.Dispose();

    private static ChoiceAnswer Make(IReadOnlyList<string> choices, ReadOnlySpan<float> logits, TokenizedText[] texts)
    {
        double[] scores = new double[logits.Length];
        Softmax.Write(logits, scores);
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
            if (logits[i] > logits[best]) best = i;
        return new ChoiceAnswer
        {
            Index = best,
            Text = choices[best],
            Scores = [.. scores.Select(score => (float)score)],
            Logits = logits.ToArray(),
            Truncated = Array.Exists(texts, text => text.UsedTokenCount < text.TokenCount),
        };
    }
}
