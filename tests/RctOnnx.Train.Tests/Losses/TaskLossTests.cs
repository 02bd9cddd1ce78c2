using RctOnnx.Onnx;
using RctOnnx.Train.Losses;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Losses;

[Collection(TorchCollection.Name)]
public class TaskLossTests
{
    private static readonly double[][] Rows = [[0.3, -1.2, 2.0], [1.5, 0.1, -0.4]];
    private static readonly TaskTargets Targets = TaskTargets.OfClasses(0, 1);

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Focal_loss_weighs_a_row_by_what_is_missing_to_its_class(double gamma)
    {
        double expected = Rows.Select((row, i) => Math.Pow(1 - Softmax(row, 1)[i], gamma) * -Math.Log(Softmax(row, 1)[i])).Sum();
        Assert.Equal(expected, Loss(new TaskLossOptions { FocalGamma = gamma }), 1e-5);
        double weighted = Rows.Select((row, i) => (i + 2) * Math.Pow(1 - Softmax(row, 1)[i], gamma) * -Math.Log(Softmax(row, 1)[i])).Sum();
        Assert.Equal(weighted, Loss(new TaskLossOptions { FocalGamma = gamma, ClassWeights = [2, 3, 4] }), 1e-5);
    }

    [Fact]
    public void A_vanishing_focal_exponent_is_cross_entropy() =>
        Assert.Equal(Loss(new TaskLossOptions()), Loss(new TaskLossOptions { FocalGamma = 1e-9 }), 1e-5);

    [Fact]
    public void A_teacher_takes_its_share_of_the_loss()
    {
        double[][] teacher = [[2, 1, 0], [-1, 0, 3]];
        const double Temperature = 3, Share = 0.25;
        double hard = Rows.Select((row, i) => -Math.Log(Softmax(row, 1)[i])).Sum();
        double soft = Temperature * Temperature * Rows.Zip(teacher).Sum(pair => Softmax(pair.Second, Temperature).Zip(Softmax(pair.First, Temperature)).Sum(both => both.First * Math.Log(both.First / both.Second)));
        TaskLossOptions options = new() { TeacherWeight = Share, TeacherTemperature = Temperature };
        Assert.Equal((1 - Share) * hard + Share * soft, Loss(options, teacher), 1e-4);
        Assert.Equal(hard, Loss(options), 1e-5); // where nobody teaches, the labels are all there is
        Assert.Equal(0, Loss(new TaskLossOptions { TeacherWeight = 1 }, Rows), 1e-5);
    }

    [Fact]
    public void Options_that_do_not_fit_are_listed()
    {
        string message = Assert.Throws<SettingsException>(() => new TaskLoss(ProblemType.MultiLabel, 3, new TaskLossOptions { FocalGamma = 1, LabelSmoothing = 0.1, TeacherWeight = 2, TeacherTemperature = 0 })).Message;
        foreach (string fault in (string[])["focal gamma is for", "exclude one another", "teacher weight is 2", "teacher temperature is 0"]) Assert.Contains(fault, message);
    }

    private static double Loss(TaskLossOptions options, double[][]? teacher = null)
    {
        using DisposeScope scope = NewDisposeScope();
        return new TaskLoss(ProblemType.SingleLabel, 3, options).Sum(Of(Rows), Targets, teacher is null ? null : Of(teacher)).item<float>();
    }

    private static Tensor Of(double[][] rows) => tensor([.. rows.SelectMany(row => row.Select(value => (float)value))], [rows.Length, rows[0].Length]);

    private static double[] Softmax(double[] row, double temperature)
    {
        double[] exponents = [.. row.Select(value => Math.Exp(value / temperature))];
        return [.. exponents.Select(value => value / exponents.Sum())];
    }
}
