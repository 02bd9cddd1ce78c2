using RctOnnx.CommandLine;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Evaluation;

/// <summary>
/// What a frozen encoder makes of every row, computed once: an epoch then costs the head alone. In fp32 and without dropout below the
/// head; hidden width × 4 bytes a row.
/// </summary>
internal sealed class FeatureCache : IDisposable
{
    private readonly Tensor _features; // [rows, hidden]

    private FeatureCache(Tensor features) => _features = features;

    /// <summary>Runs the encoder over all rows. The model is left in the mode it was in.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static FeatureCache Compute(ClassifierModel model, Device device, TokenStore tokens, int padId, IWorkProgress? progress, CancellationToken token)
    {
        using IDisposable noGradient = no_grad();
        bool wasTraining = model.training;
        model.eval();
        Tensor features = empty(tokens.RowCount, model.Config.HiddenWidth, device: device);
        try
        {
            foreach (int[] rows in BatchPlan.ForEvaluation(tokens.Lengths(), Evaluator.TokensPerBatch))
            {
                token.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                BatchTensors batch = BatchTensors.Of(TokenBatch.Of(tokens, rows, padId), device);
                features.index_copy_(0, Indices(rows, device), model.Encoded(batch.Ids, batch.Mask, batch.Types));
                progress?.Advance(rows.Length);
            }
            return new FeatureCache(features.DetachFromDisposeScope());
        }
        catch
        {
            features.Dispose();
            throw;
        }
        finally
        {
            model.train(wasTraining);
        }
    }

    /// <summary>Those of some rows, fp32 [rows, hidden].</summary>
    public Tensor Of(int[] rows) => _features.index_select(0, Indices(rows, _features.device));

    public void Dispose() => _features.Dispose();

    private static Tensor Indices(int[] rows, Device device) => tensor(Array.ConvertAll(rows, row => (long)row), device: device);
}
