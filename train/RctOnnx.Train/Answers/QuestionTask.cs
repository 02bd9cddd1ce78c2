using RctOnnx.CommandLine;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Export;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Answers;

/// <summary>Spans of contexts that answer questions.</summary>
internal sealed class QuestionTask : AnswerTask<QuestionSet>
{
    private const int Labels = 2; // start and end

    private readonly Dictionary<QuestionSet, string[]> _answers = []; // when they were measured last

    public QuestionTask(TrainSettings settings, ClassifierModel model, Device device, int padId, QuestionSet train, QuestionSet? dev, IReadOnlyList<QuestionSet> tests)
        : base(settings, model, device, padId, train, dev, tests) => Lengths = train.Tokens.Lengths();

    public override IReadOnlyList<int> Lengths { get; }

    public override TrainingBatch Prepare(int[] rows, int epoch)
    {
        (long[] starts, long[] ends) = Train.Targets(rows);
        return new TrainingBatch(rows.Length, rows.Length, () =>
        {
            BatchTensors batch = Batch(Train, rows);
            return SpanLoss.Sum(Logits(batch), batch.Mask, starts, ends);
        });
    }

    public override RuntimeAgreement AskRuntime(string modelPath, int threads, CancellationToken token)
    {
        long compared = 0, agreed = 0;
        foreach (QuestionSet test in Tests)
        {
            using QuestionAnswerer answerer = QuestionAnswerer.Load(modelPath, new QuestionAnswererOptions
            {
                Running = new TextClassifierOptions { Threads = threads, LongText = Reading(Settings), WindowOverlap = Settings.WindowOverlap },
                MaxAnswerLength = Settings.MaxAnswerLength,
                NoAnswerThreshold = test.HasUnanswerable ? 0 : null,
            });
            IReadOnlyList<QuestionAnswer> answers = answerer.Answer([.. test.Questions.Select(question => new Question(question.Question, question.Context))], token);
            compared += answers.Count;
            agreed += answers.Zip(_answers[test]).Count(pair => pair.First.Text == pair.Second);
        }
        return new RuntimeAgreement(compared, agreed);
    }

    public override ModelExportOptions Proof(int threads) => new()
    {
        Pairs = [.. KeptSets.SelectMany(set => set.Questions).Take(ProofRows).Select(question => new TextPair(question.Question, question.Context))],
        Threads = threads,
    };

    protected override AnswerFigures Measure(QuestionSet set, IWorkProgress? progress, CancellationToken token)
    {
        int count = set.Tokens.RowCount;
        float[][] logits = new float[count][];
        double loss = 0;
        foreach (int[] rows in Batches(set.Tokens.Lengths()))
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            BatchTensors batch = Batch(set, rows);
            Tensor found = Logits(batch);
            (long[] starts, long[] ends) = set.Targets(rows);
            loss += SpanLoss.Sum(found, batch.Mask, starts, ends).item<float>();
            float[] all = found.cpu().contiguous().data<float>().ToArray();
            int width = all.Length / rows.Length;
            for (int i = 0; i < rows.Length; i++) logits[rows[i]] = all[(i * width)..(i * width + set.Tokens.Length(rows[i]) * Labels)];
            progress?.Advance(rows.Length);
        }
        string[] answers = _answers[set] = Answers(set, logits);
        AnswerMetrics metrics = AnswerMetrics.Compute(answers.Zip(set.Questions, (answer, question) => (answer, (IReadOnlyList<string>)[.. question.Answers!.Select(gold => gold.Text)])));
        return new AnswerFigures(set.Count, loss / count, new Dictionary<MetricName, double> { [MetricName.ExactMatch] = metrics.ExactMatch, [MetricName.TokenF1] = metrics.F1 });
    }

    /// <summary>How training and its figures read contexts over the limit: in windows where the file does, cut where it cuts or refuses.</summary>
    public static LongTextPolicy Reading(TrainSettings settings) => settings.LongText == LongTextPolicy.Window ? LongTextPolicy.Window : LongTextPolicy.Truncate;

    // As the runtime does it; where some question has no answer, [CLS] may say so.
    private string[] Answers(QuestionSet set, float[][] logits)
    {
        string[] answers = new string[set.Count];
        for (int i = 0, row = 0; i < answers.Length; i++)
        {
            EncodedQuestion question = set.Encoded[i];
            int first = question.ContextPlace * Labels, length = question.WindowLength * Labels;
            float[] read = [.. Enumerable.Range(row, question.WindowStarts.Count).SelectMany(window => (float[])[.. logits[window][..Labels], .. logits[window].AsSpan(first, length)])];
            row += question.WindowStarts.Count;
            (IReadOnlyList<FoundSpan> spans, FoundSpan none) = SpanFinder.Find(read, question, Settings.MaxAnswerLength, 1);
            answers[i] = spans.Count == 0 || (set.HasUnanswerable && none.Logit > spans[0].Logit) ? "" : AnswerSpan.Of(set.Questions[i].Context, question, spans[0]).Text;
        }
        return answers;
    }

    private BatchTensors Batch(QuestionSet set, IReadOnlyList<int> rows) => BatchTensors.Of(TokenBatch.Of(set.Tokens, rows, PadId), Device);

    // [B, S, 2].
    private Tensor Logits(BatchTensors batch) => batch.Forward(Model).reshape(batch.Ids.shape[0], batch.Ids.shape[1], Labels);
}
