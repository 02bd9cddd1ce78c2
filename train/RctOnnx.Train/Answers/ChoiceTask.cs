using RctOnnx.CommandLine;
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

/// <summary>The one of several texts that goes with a prompt.</summary>
internal sealed class ChoiceTask : AnswerTask<ChoiceSet>
{
    private readonly Dictionary<ChoiceSet, int[]> _answers = []; // when they were measured last

    public ChoiceTask(TrainSettings settings, ClassifierModel model, Device device, int padId, ChoiceSet train, ChoiceSet? dev, IReadOnlyList<ChoiceSet> tests)
        : base(settings, model, device, padId, train, dev, tests) => Lengths = train.Lengths();

    public override IReadOnlyList<int> Lengths { get; }

    public override TrainingBatch Prepare(int[] rows, int epoch)
    {
        (int[] pairs, int[] counts, long[] labels) = Train.Of(rows);
        return new TrainingBatch(rows.Length, rows.Length, () => ChoiceLoss.Sum(Logits(Train, pairs), counts, labels));
    }

    public override RuntimeAgreement AskRuntime(string modelPath, int threads, CancellationToken token)
    {
        using ChoiceSelector selector = ChoiceSelector.Load(modelPath, new TextClassifierOptions { Threads = threads, LongText = Onnx.LongTextPolicy.Truncate });
        long compared = 0, agreed = 0;
        foreach (ChoiceSet test in Tests)
        {
            IReadOnlyList<ChoiceAnswer> answers = selector.Select([.. test.Questions.Select(question => new ChoiceQuestion(question.Prompt, question.Choices))], token);
            compared += answers.Count;
            agreed += answers.Zip(_answers[test]).Count(pair => pair.First.Index == pair.Second);
        }
        return new RuntimeAgreement(compared, agreed);
    }

    public override ModelExportOptions Proof(int threads) => new()
    {
        Pairs = [.. KeptSets.SelectMany(set => set.Questions).SelectMany(question => question.Choices.Select(choice => new TextPair(question.Prompt, choice))).Take(ProofRows)],
        Threads = threads,
    };

    protected override AnswerFigures Measure(ChoiceSet set, IWorkProgress? progress, CancellationToken token)
    {
        int[] answers = _answers[set] = new int[set.Count], lengths = set.Lengths();
        double loss = 0;
        long right = 0;
        // By the tokens of whole questions, so that a batch holds as many as one of single texts.
        int[] sizes = [.. lengths.Select((length, question) => length * set.Of([question]).Counts[0])];
        foreach (int[] questions in Batches(sizes))
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            (int[] pairs, int[] counts, long[] labels) = set.Of(questions);
            Tensor logits = Logits(set, pairs);
            loss += ChoiceLoss.Sum(logits, counts, labels).item<float>();
            float[] found = logits.flatten().cpu().contiguous().data<float>().ToArray();
            for (int i = 0, first = 0; i < questions.Length; first += counts[i++])
            {
                ReadOnlySpan<float> own = found.AsSpan(first, counts[i]);
                int best = 0;
                for (int choice = 1; choice < own.Length; choice++)
                    if (own[choice] > own[best]) best = choice;
                answers[questions[i]] = best;
                if (best == labels[i]) right++;
            }
            progress?.Advance(questions.Length);
        }
        return new AnswerFigures(set.Count, loss / set.Count, new Dictionary<MetricName, double> { [MetricName.Accuracy] = (double)right / set.Count });
    }

    // [rows, 1].
    private Tensor Logits(ChoiceSet set, IReadOnlyList<int> rows) => BatchTensors.Of(TokenBatch.Of(set.Tokens, rows, PadId), Device).Forward(Model);
}
