namespace RctOnnx.Runtime;

/// <summary>From questions to answers: tokenise, run the rows, find the spans. Thread-safe.</summary>
internal sealed class QuestionEngine : IDisposable
{
    private readonly RowEngine _rows;
    private readonly QuestionTokenizer _tokenizer;
    private readonly QuestionAnswererOptions _options;

    public QuestionEngine(LoadedModel model, QuestionAnswererOptions options)
    {
        _options = options;
        TextClassifierOptions running = options.Running;
        _rows = new RowEngine(model, running);
        try
        {
            _tokenizer = new QuestionTokenizer(model.Tokenizer, running.MaxLength ?? model.MaxLength, running.LongText ?? model.LongText, running.WindowOverlap, running.ParseSpecialTokens);
            _ = Answer([new Question("", "")], CancellationToken.None); // warms the session
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
    /// <param name="questions">The questions.</param>
    /// <param name="token">Stops it.</param>
    /// <param name="seen">Shown the place of each question and its logits as <see cref="SpanFinder.Find"/> reads them, on any thread.</param>
    public QuestionAnswer[] Answer(IReadOnlyList<Question> questions, CancellationToken token, Action<int, ReadOnlySpan<float>>? seen = null)
    {
        CallBuffers call = _rows.Take();
        EncodedQuestion[] encoded = new EncodedQuestion[questions.Count];
        int[] firstAnswers = call.FirstRows(questions.Count);
        _rows.Run(call, _rows.Pairs, questions.Count, canRefuse: true, i => encoded[i] = Encode(questions[i]), i =>
        {
            firstAnswers[i] = call.Rows.AnswerCount;
            _tokenizer.AddRows(encoded[i], call.Rows);
        }, token);
        QuestionAnswer[] answers = new QuestionAnswer[encoded.Length];
        _rows.InStretches(answers.Length, i =>
        {
            ReadOnlySpan<float> logits = _rows.LogitsOf(call, firstAnswers[i], encoded[i].WindowStarts.Count * (encoded[i].WindowLength + 1));
            seen?.Invoke(i, logits);
            answers[i] = Make(questions[i].Context, encoded[i], logits);
        }, token);
        _rows.Keep(call);
        return answers;
    }

    public void Dispose() => _rows.Dispose();

    private EncodedQuestion Encode(Question question)
    {
        long count = (long)question.Text.Length + question.Context.Length;
        if (count > _options.Running.MaxCharacters)
            throw new TextTooLongException($"has {count} characters with its context, allowed are {_options.Running.MaxCharacters}. Split the context, or raise MaxCharacters.");
        return _tokenizer.Encode(question);
    }

    private QuestionAnswer Make(string context, EncodedQuestion question, ReadOnlySpan<float> logits)
    {
        (IReadOnlyList<FoundSpan> spans, FoundSpan none) = SpanFinder.Find(logits, question, _options.MaxAnswerLength, _options.Running.TopK ?? 1);
        bool isNone = spans.Count > 0 && _options.NoAnswerThreshold is { } threshold && none.Logit - spans[0].Logit > threshold;
        return new QuestionAnswer
        {
            Spans = isNone ? [] : [.. spans.Select(span => AnswerSpan.Of(context, question, span))],
            NoAnswerScore = (float)none.Probability,
            TokenCount = question.TokenCount,
            UsedTokenCount = question.UsedTokenCount,
            WindowCount = question.WindowStarts.Count,
        };
    }
}
