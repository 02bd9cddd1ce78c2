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
        _rows.InStretches(questions.Count, i => texts[i] = [.. questions[i].Choices.Select(choice => _preparation.Prepare(new TextPair(questions[i].Prompt, choice), call.Rows))], token);
        foreach (TokenizedText text in texts.SelectMany(all => all)) text.AddRows(call.Rows);
        float[] logits = call.Logits(call.Rows.Count);
        _rows.Compute(call, logits, _rows.Pairs, token);
        ChoiceAnswer[] answers = new ChoiceAnswer[texts.Length];
        for (int i = 0, first = 0; i < answers.Length; first += texts[i++].Length)
            answers[i] = Make(questions[i].Choices, logits.AsSpan(first, texts[i].Length), texts[i]);
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
