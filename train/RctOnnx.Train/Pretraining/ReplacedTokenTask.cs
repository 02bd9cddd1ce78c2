using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>Telling replaced tokens: the generator's loss of a hidden piece plus the weighted loss of a token's detection.</summary>
internal sealed class ReplacedTokenTask : IPretrainingTask
{
    // Of the loss (Clark et al. 2020, appendix A): telling two cases apart costs far fewer nats than naming a piece.
    private const double DetectionWeight = 50;

    private readonly PretrainSettings _settings;
    private readonly ReplacedTokenModel _model;
    private readonly Device _device;
    private readonly PretrainingBatches _batches;

    public ReplacedTokenTask(PretrainSettings settings, ReplacedTokenModel model, Device device, PretrainingTexts texts, PretrainingBatches batches)
    {
        (_settings, _model, _device, _batches) = (settings, model, device, batches);
        (Lengths, DataHash, HasDev, Parameters) = (texts.Train.Lengths(), texts.Hash, texts.HeldOut.RowCount > 0, model.Parameters());
    }

    public ClassifierModel Encoder => _model.Encoder;

    public IReadOnlyList<int> Lengths { get; }

    public string DataHash { get; }

    public bool HasDev { get; }

    public IReadOnlyDictionary<string, Parameter> Parameters { get; }

    public void StartTraining(CancellationToken token) => _model.Train(true);

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        long number = _batches.NumberOf(rows, epoch);
        MaskedBatch batch = _batches.Train(rows, number);
        // The loop divides by the weight, here the hidden places: the mean over tokens is brought to the same measure.
        double share = DetectionWeight * batch.Labels.Length / batch.Tokens.TokenCount;
        return new TrainingBatch(rows.Length, batch.Labels.Length, () =>
        {
            ReplacedTokenLoss loss = _model.Loss(batch, _device, Random(number));
            return loss.MaskedSum.Plus(loss.DetectionSum.Times(share));
        });
    }

    public DevFigures Evaluate(CancellationToken token)
    {
        PretrainingFigures figures = Measure(token);
        double loss = figures.MaskedLoss + DetectionWeight * figures.Detection!.Loss;
        return new DevFigures(loss, loss, figures.Detection.Accuracy);
    }

    public PretrainingFigures Measure(CancellationToken token)
    {
        _model.Train(false);
        using IDisposable noGradient = no_grad();
        double masked = 0, detection = 0;
        long hidden = 0, tokens = 0, replaced = 0, found = 0, right = 0;
        foreach ((MaskedBatch batch, long number) in _batches.HeldOut())
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            ReplacedTokenLoss loss = _model.Loss(batch, _device, Random(number));
            masked += loss.MaskedSum.item<float>();
            detection += loss.DetectionSum.item<float>();
            Tensor named = loss.Scores.Above(0), truth = loss.Replaced.Above(0), agrees = named.eq(truth);
            right += (loss.Stands is null ? agrees : agrees.logical_and(loss.Stands.Above(0))).sum().item<long>();
            found += named.logical_and(truth).sum().item<long>();
            replaced += truth.sum().item<long>();
            hidden += batch.Labels.Length;
            tokens += batch.Tokens.TokenCount;
        }
        _model.Train(true);
        return new PretrainingFigures(masked / hidden, new DetectionFigures(detection / tokens, (double)right / tokens, (double)replaced / tokens, (double)found / Math.Max(replaced, 1)));
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => _model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => _model.LoadWeights(weights);

    public void Dispose() => _model.Dispose();

    // Another stream than the one that chose the hidden places.
    private SeededOrder Random(long number) => new(~_settings.Seed, number);
}
