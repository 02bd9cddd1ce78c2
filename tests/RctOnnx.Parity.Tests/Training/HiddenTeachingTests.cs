using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using RctOnnx.Train.Checkpointing;
using RctOnnx.Train.Distillation;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Students that follow a teacher's token states, from the settings to the exported file.</summary>
[Collection(TorchCollection.Name)]
public sealed class HiddenTeachingTests : IDisposable
{
    private const string Text = "results abc d ef patients .";
    private readonly SmallTask _task = new();
    private readonly string _teacher;
    private readonly TrainSettings _student;

    public HiddenTeachingTests()
    {
        _teacher = _task.File("teacher.onnx");
        ModelFile.Write(_teacher, RandomModels.Create(seed: 7) with { Labels = ["patients", "results", "were"] });
        _student = _task.Settings() with { Teacher = _teacher, TeacherWeight = 0.01, TeacherHiddenWeight = 3, Keep = KeptWeights.Last, Head = HeadChoice.Mean };
    }

    public void Dispose() => _task.Dispose();

    [Fact]
    public void States_get_nearer_to_the_teachers_with_a_weight_than_without_and_the_labels_are_learnt_all_the_same()
    {
        ModelArtifact able = Run(_task.Settings("able") with { Base = _teacher, Head = HeadChoice.Mean }).Model; // one that knows the labels itself
        ModelFile.Write(_teacher, able);
        TrainingOutcome followed = Run(_student), plain = Run(_student with { TeacherHiddenWeight = 0, Output = _task.File("plain") });
        for (int layer = 0; layer < 2; layer++)
            Assert.True(Distance(followed.Model, layer, layer) < 0.5 * Distance(plain.Model, layer, layer), $"layer {layer}: {Distance(followed.Model, layer, layer)} with, {Distance(plain.Model, layer, layer)} without");
        Assert.True(followed.Tests[0].Trained.Metrics.Accuracy > 0.9, $"{followed.Tests[0].Trained.Metrics.Accuracy}");
        Assert.Equal(new RuntimeAgreement(20, 20), followed.Runtime);
    }

    [Fact]
    public void A_layer_follows_the_one_that_it_is_given()
    {
        TrainSettings one = _student with { KeepLayers = [1] };
        TrainingOutcome lower = Run(one with { TeacherLayers = [0] }), upper = Run(one with { Output = _task.File("upper") }); // evenly spread: the last
        Assert.True(Distance(lower.Model, 0, 0) < Distance(upper.Model, 0, 0), "the one that follows layer 0 is nearer to it");
        Assert.True(Distance(upper.Model, 0, 1) < Distance(lower.Model, 0, 1), "the one that follows layer 1 is nearer to it");
    }

    [Fact]
    public void A_narrower_student_follows_through_a_projection_that_is_kept_for_resuming_and_not_exported()
    {
        string small = _task.File("small.onnx");
        ModelFile.Write(small, RandomModels.Create(head: HeadKind.None, pooling: Pooling.Mean, hidden: 12));
        TrainSettings settings = _student with { Base = small, Keep = KeptWeights.Best };
        List<string> said = [];
        TrainingOutcome outcome = TrainingRun.Execute(settings, resume: false, said.Add, CancellationToken.None);
        Assert.Contains("The layers 0, 1 follow those of the teacher with the numbers 0, 1, through a projection from 12 to 24.", said);
        Assert.Equal(12, outcome.Model.Encoder.HiddenWidth);
        Assert.DoesNotContain(outcome.Model.Weights.Keys, HiddenTeacher.Holds);
        Assert.Equal([12, 24], CheckpointFile.Read(new RunFolder(settings.Output).Last).Weights["teacher_projection.weight"].Shape);
        double[] losses = [.. outcome.Log.Where(entry => entry.Kind == "train").Select(entry => entry.Loss)];
        Assert.True(losses[^10..].Average() < 0.7 * losses[..10].Average(), $"from {losses[..10].Average()} to {losses[^10..].Average()}");
        Assert.Equal(new RuntimeAgreement(20, 20), outcome.Runtime);
    }

    [Theory]
    [InlineData(Precision.Fp32)]
    [InlineData(Precision.BFloat16)]
    public void A_stop_changes_no_bit_of_weights_projection_and_moments(Precision precision)
    {
        string small = _task.File("small.onnx");
        ModelFile.Write(small, RandomModels.Create(head: HeadKind.None, pooling: Pooling.Mean, hidden: 32, heads: 2));
        TrainSettings settings = _student with { Base = small, Steps = 20, Accumulation = 2, EvaluateEvery = 7, Precision = precision };
        StoppedRun.Train(settings with { Output = _task.File("whole") }, null);
        TrainSettings parts = settings with { Output = _task.File("parts") };
        foreach (int rows in (int[])[50, 90]) Assert.Throws<OperationCanceledException>(() => StoppedRun.Train(parts, rows));
        StoppedRun.Train(parts, null);
        Assert.Equal(LastTensors("whole"), LastTensors("parts"));
    }

    [Fact]
    public void A_teacher_of_other_tokens_is_refused_by_what_differs()
    {
        ModelArtifact teacher = ModelFile.Read(_teacher).Artifact!;
        string other = _task.File("other.onnx");
        string Refused(ModelArtifact changed, TrainSettings settings)
        {
            ModelFile.Write(other, changed);
            return Assert.Throws<SettingsException>(() => Run(settings with { Teacher = other, Output = _task.File(Guid.NewGuid().ToString()) })).Message;
        }
        string[] swapped = [.. teacher.Vocabulary.SkipLast(2), ",", "."];
        Assert.Contains("has ',' as number 61, that of", Refused(teacher with { Vocabulary = swapped }, _student));
        Assert.Contains("LowerCase = False", Refused(teacher with { Tokenizer = teacher.Tokenizer with { LowerCase = false } }, _student));
        Assert.Contains("Rule = NumberedPlaceholders", Refused(teacher, _student with { TextRule = TextRule.NumberedPlaceholders }));
    }

    [Theory]
    [InlineData("encoder")]
    [InlineData("layers:2")]
    public void A_frozen_encoder_is_refused_unless_it_is_unfrozen_later(string choice)
    {
        TrainSettings frozen = _student with { Freeze = [choice], Steps = 4 };
        Assert.Contains($"--teacher-hidden-weight with --freeze {choice}", Assert.Throws<SettingsException>(() => Run(frozen)).Message);
        Run(frozen with { UnfreezeEvery = 2, Output = _task.File("later") });
    }

    [Fact]
    public void Settings_that_mean_nothing_are_refused()
    {
        Assert.Contains("expected 2 numbers, one for every layer of the student, from 0 to 1", Assert.Throws<SettingsException>(() => Run(_student with { TeacherLayers = [1] })).Message);
        Assert.Contains("without a teacher", Refused(_student with { Teacher = null }));
        Assert.Contains("teacher-layers without teacher-hidden-weight", Refused(_student with { TeacherHiddenWeight = 0, TeacherLayers = [0, 1] }));
        Assert.Contains("teacher-hidden-weight is -1", Refused(_student with { TeacherHiddenWeight = -1 }));
        static string Refused(TrainSettings settings) => Assert.Throws<SettingsException>(settings.Validate).Message;
    }

    private static TrainingOutcome Run(TrainSettings settings) => TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);

    private byte[] LastTensors(string run) => File.ReadAllBytes(Assert.Single(Directory.GetFiles(new RunFolder(_task.File(run)).Last, "*.safetensors")));

    private double Distance(ModelArtifact student, int layer, int teacherLayer)
    {
        using DisposeScope scope = NewDisposeScope();
        return (States(student)[layer + 1] - States(ModelFile.Read(_teacher).Artifact!)[teacherLayer + 1]).square().mean().item<float>();
    }

    private static IReadOnlyList<Tensor> States(ModelArtifact artifact)
    {
        using ClassifierModel model = new(artifact.Encoder, artifact.Head, artifact.Labels.Count);
        model.LoadWeights(artifact.Weights);
        model.eval();
        using IDisposable noGradient = no_grad();
        int[] ids = WordPieceTokenizer.Create(artifact.Vocabulary, artifact.Tokenizer).Encode(Text).Ids;
        return model.HiddenStates(tensor(Array.ConvertAll(ids, id => (long)id), [1, ids.Length]));
    }
}
