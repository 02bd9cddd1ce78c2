using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Distillation;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Tests.Modules;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Distillation;

[Collection(TorchCollection.Name)]
public class HiddenTeacherTests
{
    private static readonly int[][] Rows = [[2, 9, 14, 3], [2, 33, 3], [2, 9, 60, 21, 14, 3]];

    [Theory]
    [InlineData(new int[0], 3, 6, new[] { 1, 3, 5 })]
    [InlineData(new int[0], 6, 6, new[] { 0, 1, 2, 3, 4, 5 })]
    [InlineData(new int[0], 4, 6, new[] { 1, 2, 4, 5 })]
    [InlineData(new int[0], 3, 2, new[] { 0, 1, 1 })]
    [InlineData(new[] { 0, 0, 5 }, 3, 6, new[] { 0, 0, 5 })]
    public void Layers_are_as_given_or_evenly_spread_up_to_the_last(int[] given, int student, int teacher, int[] expected) =>
        Assert.Equal(expected, TeacherLayers.Of(given, student, teacher));

    [Theory]
    [InlineData(new[] { 0, 1 })]
    [InlineData(new[] { 0, 1, 6 })]
    [InlineData(new[] { -1, 1, 2 })]
    [InlineData(new[] { 0, 2, 1 })]
    public void Layers_that_do_not_fit_are_refused(int[] given) =>
        Assert.Contains("expected 3 numbers, one for every layer of the student, from 0 to 5", Assert.Throws<SettingsException>(() => TeacherLayers.Of(given, 3, 6)).Message);

    [Fact]
    public void The_distance_is_the_mean_over_width_real_tokens_and_layers_and_batches_add_up()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel student = Model(layers: 2, seed: 1), own = Model(layers: 4, seed: 2);
        using HiddenTeacher teacher = new(Model(layers: 4, seed: 2), [1, 3], 2.5, student.Config, 1, CPU);
        Assert.Empty(teacher.Parameters);
        using IDisposable noGradient = no_grad();
        double[] weights = [1, 0.5, 2];
        double expected = 0;
        for (int row = 0; row < Rows.Length; row++)
        {
            // Alone, a row has no padding.
            Tensor ids = tensor([.. Rows[row].Select(id => (long)id)], [1, Rows[row].Length]);
            IReadOnlyList<Tensor> found = student.HiddenStates(ids), wanted = own.HiddenStates(ids);
            foreach ((int layer, int followed) in ((int, int)[])[(1, 2), (2, 4)])
            {
                float[] a = Checkpoints.Floats(found[layer]), b = Checkpoints.Floats(wanted[followed]);
                expected += weights[row] * 2.5 / 2 * a.Zip(b, (x, y) => ((double)x - y) * (x - y)).Average();
            }
        }
        double whole = Sum(teacher, student, [0, 1, 2], weights).item<float>(), parts = Sum(teacher, student, [0], [1]).item<float>() + Sum(teacher, student, [1, 2], [0.5, 2]).item<float>();
        Assert.Equal(expected, whole, 1e-4 * expected);
        Assert.Equal(expected, parts, 1e-4 * expected);
    }

    [Fact]
    public void A_projection_is_learnt_with_the_student_and_its_values_are_kept_and_loaded()
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel student = Model(layers: 1, seed: 1, hidden: 12);
        using HiddenTeacher teacher = new(Model(layers: 2, seed: 2), [1], 1, student.Config, 5, CPU), again = new(Model(layers: 2, seed: 2), [1], 1, student.Config, 6, CPU);
        Assert.Equal(["teacher_projection.weight", "teacher_projection.bias"], teacher.Parameters.Keys);
        using AdamOptimizer optimizer = new(ParameterGroups.Of(student.Parameters().Concat(teacher.Parameters).ToDictionary(), 0));
        double[] losses = [.. Enumerable.Range(0, 60).Select(_ =>
        {
            optimizer.ZeroGradients();
            using Tensor loss = Sum(teacher, student, [0, 1, 2], [1, 1, 1]);
            loss.backward();
            optimizer.Step(1e-2);
            return (double)loss.item<float>();
        })];
        Assert.True(losses[^1] < 0.3 * losses[0], $"from {losses[0]} to {losses[^1]}");
        using IDisposable noGradient = no_grad();
        float trained = Sum(teacher, student, [0, 1, 2], [1, 1, 1]).item<float>();
        Assert.NotEqual(trained, Sum(again, student, [0, 1, 2], [1, 1, 1]).item<float>());
        again.LoadWeights(teacher.ReadWeights().ToDictionary());
        Assert.Equal(trained, Sum(again, student, [0, 1, 2], [1, 1, 1]).item<float>());
        Assert.Throws<ModelFileException>(() => again.LoadWeights(new Dictionary<string, TensorData>()));
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Pooler)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Logits_out_of_all_states_are_those_of_the_model(Pooling pooling)
    {
        using DisposeScope scope = NewDisposeScope();
        using ClassifierModel model = Model(layers: 2, seed: 1, head: HeadKind.Linear, pooling: pooling);
        model.eval();
        using IDisposable noGradient = no_grad();
        BatchTensors batch = Batch([0, 1, 2]);
        Tensor found = model.LogitsOfStates(model.HiddenStates(batch.Ids, batch.Mask, batch.Types), batch.Mask);
        Assert.True(found.allclose(batch.Forward(model), 1e-5, 1e-5));
    }

    private static Tensor Sum(HiddenTeacher teacher, ClassifierModel student, int[] rows, double[] weights)
    {
        BatchTensors batch = Batch(rows);
        return teacher.Sum(student.HiddenStates(batch.Ids, batch.Mask, batch.Types), batch, weights);
    }

    private static BatchTensors Batch(int[] rows)
    {
        TokenStore store = new();
        foreach (int[] row in Rows) store.Add(row, row.Length);
        return BatchTensors.Of(TokenBatch.Of(store, rows, 0), CPU);
    }

    private static ClassifierModel Model(int layers, int seed, int hidden = 24, HeadKind head = HeadKind.None, Pooling pooling = Pooling.Mean)
    {
        ModelArtifact artifact = RandomModels.Create(layers: layers, seed: seed, hidden: hidden, head: head, pooling: pooling);
        ClassifierModel model = new(artifact.Encoder with { HiddenDropout = 0, AttentionDropout = 0 }, artifact.Head, artifact.Labels.Count);
        model.LoadWeights(artifact.Weights);
        return model;
    }
}
