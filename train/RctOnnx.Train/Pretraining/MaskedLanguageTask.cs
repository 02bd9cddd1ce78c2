using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>Naming hidden pieces: cross-entropy over the masked positions. What is hidden follows from seed, epoch and rows, so that no generator is stored.</summary>
internal sealed class MaskedLanguageTask : ITrainingTask
{
    private readonly PretrainSettings _settings;
    private readonly MaskedLanguageModel _model;
    private readonly Device _device;
    private readonly PretrainingTexts _texts;
    private readonly Masker _masker;

    public MaskedLanguageTask(PretrainSettings settings, MaskedLanguageModel model, Device device, PretrainingTexts texts, Masker masker)
    {
        (_settings, _model, _device, _texts, _masker) = (settings, model, device, texts, masker);
        (Lengths, Parameters) = (texts.Train.Lengths(), model.Parameters());
    }

    public IReadOnlyList<int> Lengths { get; }

    public string DataHash => _texts.Hash;

    public bool HasDev => _texts.HeldOut.RowCount > 0;

    public IReadOnlyDictionary<string, Parameter> Parameters { get; }

    public void StartTraining(IWorkProgress progress, CancellationToken token) => _model.Train(true);

    public TrainingBatch Prepare(int[] rows, int epoch)
    {
        // A row stands in one batch of an epoch, so that its number makes the batch's own.
        MaskedBatch batch = _masker.Mask(_texts.Train, rows, _settings.Seed, (long)epoch * Lengths.Count + rows[0]);
        return new TrainingBatch(rows.Length, batch.Labels.Length, () => batch.LossSum(_model, _device));
    }

    /// <summary>Mean loss of a masked piece on the held-out blocks; the same pieces are masked every time.</summary>
    public DevFigures Evaluate(CancellationToken token)
    {
        _model.Train(false);
        using IDisposable noGradient = no_grad();
        double sum = 0;
        long count = 0, number = -1; // batches of training count from 0 up
        foreach (int[] rows in Enumerable.Range(0, _texts.HeldOut.RowCount).Chunk(_settings.Batch))
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            MaskedBatch batch = _masker.Mask(_texts.HeldOut, rows, _settings.Seed, number--);
            sum += batch.LossSum(_model, _device).item<float>();
            count += batch.Labels.Length;
        }
        _model.Train(true);
        return new DevFigures(sum / count, sum / count);
    }

    public IReadOnlyDictionary<string, TensorData> ReadWeights() => _model.ReadWeights();

    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => _model.LoadWeights(weights);
}
