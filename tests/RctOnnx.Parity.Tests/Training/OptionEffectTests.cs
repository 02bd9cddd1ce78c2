using RctOnnx.Onnx;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Schedules;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>Every option reaches the training: with it, a run of few steps ends with other weights than without.</summary>
[Collection(TorchCollection.Name)]
public sealed class OptionEffectTests : IDisposable
{
    private readonly SmallTask _task = new();

    public OptionEffectTests() => _task.Relabel(label => label == "were" ? "patients" : label); // two labels of unlike frequency

    public void Dispose() => _task.Dispose();

    private TrainSettings Plain => _task.Settings() with { Steps = 4, Test = [], Keep = KeptWeights.Last };

    private static readonly Dictionary<string, Func<TrainSettings, TrainSettings>> Changes = new()
    {
        ["focal gamma"] = plain => plain with { FocalGamma = 2 },
        ["label smoothing"] = plain => plain with { LabelSmoothing = 0.1 },
        ["class weights auto"] = plain => plain with { ClassWeights = ClassWeighting.Auto },
        ["class weights effective"] = plain => plain with { ClassWeights = ClassWeighting.Effective },
        ["class balance beta"] = plain => plain with { ClassWeights = ClassWeighting.Effective, ClassBalanceBeta = 0.99 },
        ["head dropout"] = plain => plain with { HeadDropout = 0.6 },
        ["weight decay"] = plain => plain with { WeightDecay = 0.5 },
        ["gradient norm"] = plain => plain with { MaxGradientNorm = 0.01 },
        ["optimizer"] = plain => plain with { Optimizer = OptimizerKind.Adam, WeightDecay = 0.5 },
        ["schedule"] = plain => plain with { Schedule = ScheduleKind.Constant },
        ["warm-up"] = plain => plain with { WarmupSteps = 3 },
        ["accumulation"] = plain => plain with { Accumulation = 2 },
        ["moving average"] = plain => plain with { Ema = 0.5 },
        ["unfreezing"] = plain => plain with { Freeze = ["encoder"], UnfreezeEvery = 2 },
        ["precision"] = plain => plain with { Precision = Train.Modules.Precision.BFloat16 },
        ["layer decay"] = plain => plain with { LayerDecay = 0.5 },
        ["freeze by name"] = plain => plain with { Freeze = ["encoder.layer.0.attention"] },
        ["oversample"] = plain => plain with { Oversample = true },
        ["head cls"] = plain => plain with { Head = HeadChoice.Linear },
        ["head max"] = plain => plain with { Head = HeadChoice.Max },
        ["head pooler"] = plain => plain with { Head = HeadChoice.Pooler },
        ["head electra"] = plain => plain with { Head = HeadChoice.Electra },
        ["head mlp"] = plain => plain with { Head = HeadChoice.Mlp },
        ["teacher"] = plain => plain with { Teacher = plain.Base + ".teacher.onnx" },
        ["teacher temperature"] = plain => plain with { Teacher = plain.Base + ".teacher.onnx", TeacherTemperature = 5 },
        ["teacher weight"] = plain => plain with { Teacher = plain.Base + ".teacher.onnx", TeacherWeight = 0.9 },
    };

    [Fact]
    public void Every_option_ends_with_weights_of_its_own()
    {
        TrainSettings plain = Plain with { Head = HeadChoice.Mean };
        TrainingRun.Execute(plain with { Output = _task.File("teacher-run"), Steps = 8 }, resume: false, _ => { }, CancellationToken.None);
        File.Copy(_task.File("teacher-run/model.onnx"), plain.Base + ".teacher.onnx");
        Dictionary<string, string> seen = new() { ["nothing"] = Weights(plain) };
        Assert.Equal(seen["nothing"], Weights(plain with { Output = _task.File("again") })); // else every option would seem to do something
        foreach ((string name, Func<TrainSettings, TrainSettings> change) in Changes)
        {
            string weights = Weights(change(plain) with { Output = _task.File(name) });
            string? same = seen.FirstOrDefault(pair => pair.Value == weights).Key;
            Assert.True(same is null, $"'{name}' ends with the weights of '{same}'");
            seen[name] = weights;
        }
    }

    [Fact]
    public void Each_fold_is_tested_on_rows_of_its_own()
    {
        List<string> tested = [];
        string[] all = [.. File.ReadLines(_task.Train).Skip(1).Select(line => line.Split('\t')[1])];
        for (int fold = 1; fold <= 3; fold++)
        {
            TrainingOutcome outcome = TrainingRun.Execute(Plain with { Dev = null, DevShare = 0.1, Folds = 3, Fold = fold, Output = _task.File($"fold-{fold}") }, resume: false, _ => { }, CancellationToken.None);
            Assert.InRange(outcome.Tests[0].Trained.Metrics.Count, 60, 100); // a third of 240 rows, repeated texts together
            string[] own = [.. TaskData.Open(Plain with { Dev = null, DevShare = 0.1, Folds = 3, Fold = fold }).Tests[0].Value.Select(row => row.Text)];
            Assert.Equal(own.Length, outcome.Tests[0].Trained.Metrics.Count);
            Assert.All(outcome.Tests[0].Analysis!.Mistakes, mistake => Assert.Contains(mistake.Text, own)); // these rows it was asked, and no others
            Assert.Empty(own.Intersect(tested));
            tested.AddRange(own);
        }
        Assert.Equal(all.Order(), tested.Order());
    }

    // The bits of all weights that have the same names and shapes in every run: those of the encoder.
    private static string Weights(TrainSettings settings)
    {
        ModelArtifact model = TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None).Model;
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData([.. model.Weights.Where(weight => weight.Key.StartsWith("encoder.", StringComparison.Ordinal)).OrderBy(weight => weight.Key, StringComparer.Ordinal).SelectMany(weight => weight.Value.Bytes.ToArray())]));
    }
}
