using RctOnnx.Onnx;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Reports;

namespace RctOnnx.Train.Training;

/// <summary>Where the parts of a run lie in its folder.</summary>
/// <param name="Path">The folder.</param>
internal sealed record RunFolder(string Path)
{
    /// <summary>All settings, defaults included.</summary>
    public string Settings => In("settings.json");

    /// <summary>One JSON object a step and an evaluation.</summary>
    public string Log => In("metrics.jsonl");

    /// <summary>Event files for TensorBoard.</summary>
    public string TensorBoard => In("tensorboard");

    /// <summary>The checkpoint to resume from.</summary>
    public string Last => In("last");

    /// <summary>The weights of the best evaluation.</summary>
    public string Best => In("best");

    /// <summary>Answers to the test sets before training.</summary>
    public string Untrained => In("untrained.json");

    /// <summary>Tokens of the training rows that have no room in memory; there while a run lasts.</summary>
    public string Tokens => In("tokens");

    /// <summary>A teacher's answers to the training rows.</summary>
    public string Teacher => In("teacher.json");

    /// <summary>The final figures.</summary>
    public string Metrics => In("metrics.json");

    /// <summary>The exported model.</summary>
    public string Model => In("model.onnx");

    /// <summary>The exported masked language model of a pre-training: the encoder of <see cref="Model"/> with the head that it was trained with.</summary>
    public string MaskedModel => In("masked_lm.onnx");

    /// <summary>The card of <see cref="Model"/>.</summary>
    public string Card => In(RunReport.CardFile);

    /// <summary>Begins a run, whose settings are kept, or goes on with one.</summary>
    /// <param name="resume">Whether there must be a checkpoint, or must be none.</param>
    /// <param name="settings">The text of <see cref="Settings"/> of a new run.</param>
    /// <returns>The checkpoint to go on from, or null.</returns>
    /// <exception cref="ModelFileException">There is nothing to go on with.</exception>
    /// <exception cref="OutputException">The folder holds a run already, or cannot be written.</exception>
    public RunCheckpoint? Open(bool resume, string settings)
    {
        bool exists = CheckpointFile.Exists(Last);
        if (resume && !exists)
            throw new ModelFileException($"'{Path}' holds no checkpoint to resume from. Start the run without --resume.");
        if (!resume && exists)
            throw new OutputException($"'{Path}' holds a run already. Go on with it by --resume, or name another folder.");
        if (resume) return CheckpointFile.Read(Last);
        AtomicFile.WriteText(Settings, settings);
        return null;
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
