using RctOnnx.Onnx;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Teachers, shallower students and averaged weights, from the settings to the exported file.</summary>
[Collection(TorchCollection.Name)]
public sealed class TeachingTests : IDisposable
{
    private static readonly Dictionary<string, string> Wrong = new() { ["were"] = "patients", ["patients"] = "results", ["results"] = "were" };
    private readonly SmallTask _task = new();

    public void Dispose() => _task.Dispose();

    [Fact]
    public void A_shallower_student_learns_from_the_teacher_what_the_labels_do_not_say()
    {
        TrainSettings settings = _task.Settings();
        Run(settings with { Output = _task.File("teacher") });
        string teacher = new RunFolder(_task.File("teacher")).Model;
        string[] rows = File.ReadAllLines(_task.Train);
        File.WriteAllLines(_task.Train, [rows[0], .. rows.Skip(1).Select(row => row.Split('\t')).Select(cells => $"{Wrong[cells[0]]}\t{cells[1]}")]);
        TrainSettings student = settings with { Teacher = teacher, TeacherWeight = 1, KeepLayers = [1], Keep = KeptWeights.Last, Output = _task.File("student") };
        TrainingOutcome outcome = Run(student);
        Assert.True(outcome.Tests[0].Trained.Metrics.Accuracy > 0.9, $"{outcome.Tests[0].Trained.Metrics.Accuracy}");
        Assert.Equal(1, outcome.Model.Encoder.LayerCount);
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
        RunFolder folder = new(student.Output);
        Assert.True(File.Exists(folder.Teacher));
        Assert.True(Run(student with { TeacherWeight = 0.01, Output = _task.File("labels") }).Tests[0].Trained.Metrics.Accuracy < 0.1, "the labels say otherwise");

        File.Copy(_task.Base, teacher, overwrite: true);
        Assert.Contains("not the teacher", Assert.Throws<SettingsException>(() => TrainingRun.Execute(student, resume: true, _ => { }, CancellationToken.None)).Message);
        File.Copy(Path.Combine(_task.File("labels"), "model.onnx"), teacher, overwrite: true);
        DateTime asked = File.GetLastWriteTimeUtc(folder.Teacher);
        Directory.Delete(folder.Last, recursive: true);
        Run(student with { Steps = 1 });
        DateTime otherTeacher = File.GetLastWriteTimeUtc(folder.Teacher);
        Assert.NotEqual(asked, otherTeacher);
        Directory.Delete(folder.Last, recursive: true);
        Run(student with { Steps = 2 });
        Assert.Equal(otherTeacher, File.GetLastWriteTimeUtc(folder.Teacher)); // the same teacher is not asked again for the same rows
    }

    [Fact]
    public void A_teacher_of_other_labels_or_of_another_problem_is_refused()
    {
        TrainSettings settings = _task.Settings() with { Steps = 1 };
        Run(settings with { Output = _task.File("teacher") });
        TrainSettings student = settings with { Teacher = new RunFolder(_task.File("teacher")).Model };
        Assert.Contains("not there", Assert.Throws<ModelFileException>(() => Run(student with { Teacher = _task.File("none.onnx"), Output = _task.File("a") })).Message);
        _task.Relabel(label => label == "were" ? "other" : label);
        Assert.Contains("other, patients, results", Assert.Throws<SettingsException>(() => Run(student with { Output = _task.File("b") })).Message);
        Assert.Contains("teacher for a MultiLabel task", Assert.Throws<SettingsException>(() => Run(student with { Problem = ProblemType.MultiLabel, Output = _task.File("c") })).Message);
    }

    [Fact]
    public void Layers_that_are_kept_have_the_bits_of_the_base_under_new_numbers()
    {
        TrainSettings settings = _task.Settings() with { KeepLayers = [1] };
        string[] labels = ["patients", "results", "were"];
        ModelArtifact all = ModelFile.Read(_task.Base).Artifact!, kept = TrainingBase.Load(settings, labels).Artifact;
        Assert.Equal((2, 1), (all.Encoder.LayerCount, kept.Encoder.LayerCount));
        Assert.True(all.Weights["encoder.layer.1.attention.query.weight"].Bytes.Span.SequenceEqual(kept.Weights["encoder.layer.0.attention.query.weight"].Bytes.Span));
        Assert.DoesNotContain("encoder.layer.1.attention.query.weight", kept.Weights.Keys);
        foreach (int[] wrong in (int[][])[[2], [1, 0], [0, 0], [-1]])
            Assert.Contains("layers 0 to 1", Assert.Throws<SettingsException>(() => TrainingBase.Load(settings with { KeepLayers = wrong }, labels)).Message);
    }

    [Theory]
    [InlineData(KeptWeights.Best)]
    [InlineData(KeptWeights.Last)]
    public void The_average_of_the_weights_is_exported_and_a_stop_does_not_change_it(KeptWeights keep)
    {
        TrainSettings settings = _task.Settings() with { Steps = 40, EvaluateEvery = 10, Keep = keep };
        TrainingOutcome plain = Run(settings), averaged = Run(settings with { Ema = 0.9, Output = _task.File("averaged") });
        Assert.Equal(plain.Log.Where(entry => entry.Kind == "train").Select(entry => entry.Loss), averaged.Log.Where(entry => entry.Kind == "train").Select(entry => entry.Loss)); // training itself is the same
        Assert.NotEqual(plain.Tests[0].Trained.Logits, averaged.Tests[0].Trained.Logits);
        TrainSettings parts = settings with { Ema = 0.9, Output = _task.File("parts") };
        using CancellationTokenSource stop = new();
        string last = new RunFolder(parts.Output).Last;
        using Timer timer = new(_ => { if (Directory.Exists(last)) stop.Cancel(); }, null, 0, 2);
        Assert.ThrowsAny<OperationCanceledException>(() => TrainingRun.Execute(parts, resume: false, _ => { }, stop.Token));
        TrainingOutcome resumed = TrainingRun.Execute(parts, resume: true, _ => { }, CancellationToken.None);
        foreach ((string name, TensorData weight) in averaged.Model.Weights) Assert.True(weight.Bytes.Span.SequenceEqual(resumed.Model.Weights[name].Bytes.Span), name);
    }

    private static TrainingOutcome Run(TrainSettings settings) => TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);
}
