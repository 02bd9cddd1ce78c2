using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>Naming hidden pieces: cross-entropy over the masked positions.</summary>
internal sealed class MaskedLanguageTask : IPretrainingTask
{
    private readonly MaskedLanguageModel _model;
    private readonly Device _device;
    private readonly PretrainingBatches _batches;

    public MaskedLanguageTask(MaskedLanguageModel model, Device device, PretrainingTexts texts, PretrainingBatches batches)
    {
        (_model, _device, _batches) = (model, device, batches);
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
        MaskedBatch batch = _batches.Train(rows, _batches.NumberOf(rows, epoch));
        return new TrainingBatch(rows.Length, batch.Labels.Length, () => batch.LossSum(_model, _device));
    }

    public DevFigures Evaluate(CancellationToken token)
    {
        double loss = Measure(token).MaskedLoss;
        return new DevFigures(loss, loss);
    }

    public PretrainingFigures Measure(CancellationToken token)
    {
        _model.Train(false);
        using IDisposable noGradient = no_grad();
        double sum = 0;
        long count = 0;
        foreach ((MaskedBatch batch, _) in _batches.HeldOut())
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            sum += batch.LossSum(_model, _device).item<float>();
            count += batch.Labels.Length;
        }
        _model.Train(true);
        return new PretrainingFigures(sum / count);
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => _model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => _model.LoadWeights(weights);

    public void Dispose() => _model.Dispose();
}
