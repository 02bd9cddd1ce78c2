using RctOnnx.Onnx;
using RctOnnx.Train.Optimization;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Optimization;

[Collection(TorchCollection.Name)]
public class AdamOptimizerTests
{
    // More than one piece of memory and no multiple of a vector's width.
    private const int Length = (1 << 17) + 13;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Steps_equal_TorchSharps_own_optimiser(bool decoupled)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(5);
        Tensor start = randn(Length);
        Parameter ours = new(start.clone()), theirs = new(start.clone());
        using AdamOptimizer optimizer = new([new TrainedParameter("x", ours, 0.05)], new AdamOptions { DecoupledDecay = decoupled });
        using optim.Optimizer reference = decoupled ? optim.AdamW([theirs], 1e-2, weight_decay: 0.05) : optim.Adam([theirs], 1e-2, weight_decay: 0.05);
        for (int step = 0; step < 5; step++)
        {
            Tensor gradient = randn(Length);
            ours.grad = gradient;
            theirs.grad = gradient;
            Assert.Equal(gradient.norm().item<float>(), optimizer.GradientNorm(), 1e-2);
            optimizer.Step(1e-2);
            reference.step();
            Assert.InRange((ours - theirs).abs().max().item<float>(), 0, 1e-6);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Steps_of_sparse_rows_equal_those_of_the_same_gradient_written_out(bool decoupled)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(7);
        Tensor start = randn(5000, 37);
        using Embedding table = nn.Embedding(5000, 37, sparse: true);
        Parameter few = table.weight!, all = new(start.clone());
        using (no_grad()) few.copy_(start);
        AdamOptions options = new() { DecoupledDecay = decoupled };
        using AdamOptimizer sparse = new([new TrainedParameter("x", few, 0.05)], options), dense = new([new TrainedParameter("x", all, 0.05)], options);
        for (int step = 0; step < 4; step++)
        {
            Tensor ids = randint(0, 200 * (step + 1), [300], ScalarType.Int64); // rows stand there several times, and come and go
            few.grad = null;
            table.forward(ids).square().sum().backward();
            Assert.True(few.grad!.is_sparse);
            all.grad = few.grad!.to_dense();
            Assert.Equal(dense.GradientNorm(), sparse.GradientNorm(), 1e-4);
            dense.Step(1e-2, 0.5);
            sparse.Step(1e-2, 0.5);
            Assert.InRange((few - all).abs().max().item<float>(), 0, 1e-6);
        }
    }

    [Fact]
    public void State_read_and_loaded_continues_bit_for_bit()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(6);
        Parameter whole = new(randn(Length));
        Parameter? resumed = null;
        Tensor[] gradients = [.. Enumerable.Range(0, 4).Select(_ => randn(Length))];
        using AdamOptimizer optimizer = new([new TrainedParameter("x", whole, 0.01)]);
        IReadOnlyDictionary<string, TensorData>? state = null;
        for (int step = 0; step < 4; step++)
        {
            if (step == 2) (resumed, state) = (new Parameter(whole.detach().clone()), optimizer.ReadState());
            whole.grad = gradients[step];
            optimizer.Step(1e-3, 0.5);
        }
        using AdamOptimizer second = new([new TrainedParameter("x", resumed!, 0.01)]);
        second.LoadState(state!, 2);
        for (int step = 2; step < 4; step++)
        {
            resumed!.grad = gradients[step];
            second.Step(1e-3, 0.5);
        }
        Assert.Equal(whole.data<float>().ToArray(), resumed!.data<float>().ToArray());
        Assert.Equal(4, second.StepCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // in memory of our own, and by tensor operations
    public void A_rate_factor_is_a_learning_rate_of_its_own(bool isPlain)
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(6);
        Tensor start = randn(2, 8), gradient = isPlain ? randn(2, 8) : randn(8, 2).t();
        Parameter half = new(start.clone()), whole = new(start.clone());
        (half.grad, whole.grad) = (gradient, gradient);
        using AdamOptimizer halved = new([new TrainedParameter("x", half, 0.01, 0.5)]), plain = new([new TrainedParameter("x", whole, 0.01)]);
        halved.Step(2e-3);
        plain.Step(1e-3);
        Assert.Equal(whole.data<float>().ToArray(), half.data<float>().ToArray());
        Assert.NotEqual(start.data<float>().ToArray(), half.data<float>().ToArray());
    }

    [Fact]
    public void A_parameter_that_waits_is_left_alone_and_then_takes_the_steps_of_a_new_run_also_after_a_stop()
    {
        using DisposeScope scope = NewDisposeScope();
        manual_seed(6);
        Tensor start = randn(40);
        Tensor[] gradients = [.. Enumerable.Range(0, 5).Select(_ => randn(40))];
        Parameter trained = new(start.clone()), late = new(start.clone()), fresh = new(start.clone());
        using AdamOptimizer whole = new([new TrainedParameter("trained", trained, 0.01), new TrainedParameter("late", late, 0.01, 0.5, FirstStep: 2)]);
        using AdamOptimizer resumed = new([new TrainedParameter("trained", trained, 0.01), new TrainedParameter("late", late, 0.01, 0.5, FirstStep: 2)]);
        using AdamOptimizer other = new([new TrainedParameter("late", fresh, 0.01, 0.5)]);
        for (int step = 0; step < 5; step++)
        {
            AdamOptimizer now = step < 3 ? whole : resumed;
            if (step == 3) resumed.LoadState(whole.ReadState(), 3);
            now.ZeroGradients();
            Assert.Equal(step >= 2, late.requires_grad);
            trained.grad = gradients[step];
            if (step >= 2) late.grad = fresh.grad = gradients[step];
            now.Step(1e-2);
            if (step >= 2) other.Step(1e-2);
            Assert.Equal(fresh.data<float>().ToArray(), late.data<float>().ToArray());
        }
        Assert.NotEqual(start.data<float>().ToArray(), late.data<float>().ToArray());
    }

    [Fact]
    public void LoadState_names_what_does_not_fit()
    {
        using Parameter parameter = new(zeros(3));
        using AdamOptimizer optimizer = new([new TrainedParameter("x", parameter, 0)]);
        string message = Assert.Throws<DataException>(() => optimizer.LoadState(
            new Dictionary<string, TensorData> { ["x.first_moment"] = TensorData.FromFloats([1, 2], 2), ["y"] = TensorData.FromFloats([1], 1) }, 1)).Message;
        Assert.Contains("'x.first_moment' is Float32 [2], expected Float32 [3]", message);
        Assert.Contains("'x.second_moment' is missing", message);
        Assert.Contains("'y' belongs to no trained parameter", message);
    }

    [Theory]
    [InlineData("encoder.layer.0.attention.norm.weight", false)]
    [InlineData("head.output.bias", false)]
    [InlineData("head.output.weight", true)]
    [InlineData("embeddings.word.weight", true)]
    public void IsDecayed_leaves_out_biases_and_norms(string name, bool decayed) => Assert.Equal(decayed, ParameterGroups.IsDecayed(name));

    [Fact]
    public void Scale_clips_only_above_the_maximum()
    {
        Assert.Equal(1, GradientClip.Scale(0.5, 1));
        Assert.Equal(0.5, GradientClip.Scale(2, 1), 1e-6);
        Assert.Equal(1, GradientClip.Scale(100, null));
    }
}
