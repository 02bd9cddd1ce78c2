using RctOnnx.CommandLine;
using RctOnnx.Data.Metrics;
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
    // With padding; large enough to keep all cores busy, small enough to stay in their caches.
    private const int TokensPerBatch = 4096;

    /// <summary>Answers, loss and metrics; from features of a frozen encoder where they are given. The model is left in the mode it was in.</summary>
    public static EvaluationResult Run(ClassifierModel model, Device device, ExampleSet examples, int padId, IWorkProgress? progress, CancellationToken token, FeatureCache? features = null)
    {
        TaskLoss loss = new(ProblemType.SingleLabel, model.LabelCount);
        int[] predicted = new int[examples.Tokens.RowCount];
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
                Tensor logits = features is null ? BatchTensors.Of(TokenBatch.Of(examples.Tokens, rows, padId), device).Forward(model) : model.Logits(features.Of(rows)); // [B, labels]
                sum += loss.Sum(logits, examples.Targets(rows)).item<float>();
                long[] best = logits.argmax(1).cpu().data<long>().ToArray();
                for (int i = 0; i < rows.Length; i++) predicted[rows[i]] = (int)best[i];
                progress?.Advance(rows.Length);
            }
        }
        finally
        {
            model.train(wasTraining);
        }
        return new EvaluationResult(sum / predicted.Length, ClassificationMetrics.Compute(examples.Classes, predicted, model.LabelCount), predicted);
    }
}
