using RctOnnx.Train.Modules;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Pretraining;

/// <summary>A way of learning from plain texts. Owns its model.</summary>
internal interface IPretrainingTask : ITrainingTask, IDisposable
{
    /// <summary>The encoder that is kept afterwards.</summary>
    ClassifierModel Encoder { get; }

    /// <summary>Figures on the held-out blocks; the same pieces are hidden every time.</summary>
    PretrainingFigures Measure(CancellationToken token);
}
