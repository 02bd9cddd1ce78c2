using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Losses;
using RctOnnx.Train.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Evaluation;

/// <summary>Asks a model about a whole data set: in fp32, without dropout, by length, so that two passes give the same bits.</summary>
internal static class Evaluator
{
    /// <summary>Tokens of a batch with padding: enough to keep all cores busy, few enough to stay in their caches.</summary>
    public const int TokensPerBatch = 4096;

    /// <summary>Answers, loss and metrics. The model is left in the mode it was in.</summary>
    /// <param name="model">The model.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="examples">What it is asked.</param>
    /// <param name="padId">Id of padding.</param>
    /// <param name="progress">Told of rows, if there is one.</param>
    /// <param name="token">Stops it.</param>
    /// <param name="features">What a frozen encoder gave for these rows, or null.</param>
    /// <param name="scale">The scale in which a regression is being trained; null where the model answers in the unit of the data.</param>
    /// <param name="thresholds">From which score a label counts as given; null means one half.</param>
    /// <param name="task">Index of the task that is asked, of a model of several.</param>
    public static EvaluationResult Run(ClassifierModel model, Device device, ExampleSet examples, int padId, IWorkProgress? progress, CancellationToken token, FeatureCache? features = null, ValueScale? scale = null, IReadOnlyList<double>? thresholds = null, int? task = null)
    {
        TaskLoss loss = new(examples.Problem, examples.LabelCount);
        int labels = examples.LabelCount;
        float[] answers = new float[examples.AnswerCount * labels];
        double sum = 0;
        bool wasTraining = model.training;
        model.eval();
        try
        {
            using IDisposable noGradient = no_grad();
            foreach (int[] rows in BatchPlan.ForEvaluation(examples.Tokens.Lengths(), TokensPerBatch))
            {
                token.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                Tensor logits = features is null ? BatchTensors.Of(examples.Batch(rows, padId), device).Forward(model, task) : model.Logits(features.Of(rows), task); // [answers, labels]
                if (scale is not null) logits = logits.Times(scale.Deviation).Plus(scale.Mean);
                sum += loss.Sum(logits, examples.Targets(rows)).item<float>();
                float[] found = logits.cpu().contiguous().data<float>().ToArray();
                int place = 0;
                foreach (int answer in examples.AnswersOf(rows)) found.AsSpan(place++ * labels, labels).CopyTo(answers.AsSpan(answer * labels));
                progress?.Advance(rows.Length);
            }
        }
        finally
        {
            model.train(wasTraining);
        }
        return new EvaluationResult(sum / examples.AnswerCount / (examples.Problem == ProblemType.MultiLabel ? labels : 1), answers, TaskFigures.Of(examples, answers, thresholds));
    }
}
