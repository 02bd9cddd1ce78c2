using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Distillation;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>The loop over a task alone, which may be stopped after some rows and goes on where its folder holds a checkpoint.</summary>
internal static class StoppedRun
{
    /// <summary>Trains; gives the state and the model's weights at the end. Of a teacher the states alone are learnt.</summary>
    /// <exception cref="OperationCanceledException">Stopped after so many rows.</exception>
    public static (RunState State, IReadOnlyDictionary<string, TensorData> Weights) Train(TrainSettings settings, long? stopAfterRows)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using CancellationTokenSource stop = new();
        RunFolder folder = new(settings.Output);
        TaskData data = TaskData.Open(settings);
        LabelSet labels = LabelSet.Of(data.Train);
        ModelArtifact start = TrainingBase.Load(settings, labels.Names).Artifact;
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(start.Vocabulary, start.Tokenizer);
        ExampleReader reader = new(tokenizer, labels, settings.MaxLength);
        using ClassifierModel model = new(start.Encoder, start.Head, labels.Names.Count, settings.Precision);
        model.LoadWeights(start.Weights);
        using HiddenTeacher? hidden = settings.TeacherHiddenWeight > 0 ? HiddenTeacher.Load(settings, start, torch.CPU, _ => { }) : null;
        using ClassificationTask task = new(settings, model, torch.CPU, reader.Read("train", data.Train, false), reader.Read("dev", data.Dev!, true), tokenizer.PadId, hidden: hidden);
        using Trainer trainer = new(settings.Loop, task, folder, CheckpointFile.Exists(folder.Last) ? CheckpointFile.Read(folder.Last) : null);
        trainer.Start(stop.Token);
        trainer.Run(new StopAfter(stopAfterRows, stop), stop.Token);
        return (trainer.State, model.ReadWeights());
    }

    private sealed class StopAfter(long? rows, CancellationTokenSource stop) : IWorkProgress
    {
        private long _done;

        public void Advance(long count)
        {
            _done += count;
            if (_done >= rows) stop.Cancel();
        }

        public void Describe(string text)
        {
        }
    }
}
