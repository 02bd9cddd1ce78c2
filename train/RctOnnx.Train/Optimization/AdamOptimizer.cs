using System.Runtime.Intrinsics;
using RctOnnx.Onnx;
using RctOnnx.Train.Kernels;
using RctOnnx.Train.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Optimization;

/// <summary>
/// AdamW and Adam over fp32 parameters. On the CPU one pass over the memory of parameter, gradient and both moments, in
/// parallel; elsewhere the same arithmetic in tensor operations. The order of sums does not depend on the number of threads.
/// </summary>
public sealed class AdamOptimizer : IDisposable
{
    // Small enough to share evenly, large enough that starting a piece costs nothing; sums are taken by piece, in order.
    private const int PieceLength = 1 << 16;

    private readonly IReadOnlyList<TrainedParameter> _parameters;
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;
    private readonly AdamOptions _options;

    /// <exception cref="SettingsException">The options are not usable, or there is nothing to train.</exception>
    public AdamOptimizer(IReadOnlyList<TrainedParameter> parameters, AdamOptions? options = null)
    {
        _options = options ?? new AdamOptions();
        _options.Validate();
        if (parameters.Count == 0) throw new SettingsException("No parameter asks for gradients: everything is frozen. Leave at least the head to train.");
        _parameters = parameters;
        _first = [.. parameters.Select(one => zeros_like(one.Parameter, requires_grad: false).DetachFromDisposeScope())];
        _second = [.. parameters.Select(one => zeros_like(one.Parameter, requires_grad: false).DetachFromDisposeScope())];
    }

    /// <summary>Steps taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>Lets go of all gradients: the next backward pass starts from zero. It asks for those of the parameters whose first step has come.</summary>
    public void ZeroGradients()
    {
        foreach (TrainedParameter one in _parameters)
        {
            one.Parameter.grad = null;
            if (one.FirstStep > 0) one.Parameter.requires_grad = StepCount >= one.FirstStep;
        }
    }

    /// <summary>The norm over the gradients of all parameters together; on a device that is not the CPU it waits for the device.</summary>
    public double GradientNorm()
    {
        using IDisposable noGradient = no_grad();
        double sum = 0;
        Tensor? deviceSum = null;
        foreach (TrainedParameter one in _parameters)
        {
            using Tensor? gradient = one.Parameter.grad;
            if (gradient is null) continue;
            if (IsPlain(gradient))
            {
                sum += SquareSum(gradient);
                continue;
            }
            if (IsRows(gradient))
            {
                sum += SquareSum(RowGradient.Of(gradient).Values);
                continue;
            }
            using Tensor dense = Dense(gradient), square = dense.square().sum(ScalarType.Float64);
            Tensor next = deviceSum is null ? square.alias() : deviceSum.Plus(square);
            deviceSum?.Dispose();
            deviceSum = next;
        }
        using (deviceSum) return Math.Sqrt(sum + (deviceSum?.item<double>() ?? 0));
    }

    /// <summary>One update. Gradients are read, not changed; parameters without one stay as they are.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="gradientScale">Multiplies every gradient: the factor of clipping (<see cref="GradientClip.Scale"/>).</param>
    public void Step(double learningRate, double gradientScale = 1)
    {
        using IDisposable noGradient = no_grad();
        StepCount++;
        for (int i = 0; i < _parameters.Count; i++)
        {
            TrainedParameter one = _parameters[i];
            using Tensor? gradient = one.Parameter.grad;
            if (gradient is null) continue;
            // Moments that begin later than the run are as young as their own steps.
            double rate = learningRate * one.RateFactor, own = StepCount - one.FirstStep;
            double bias1 = 1 - Math.Pow(_options.Beta1, own), bias2 = 1 - Math.Pow(_options.Beta2, own);
            AdamStep step = new()
            {
                Beta1 = (float)_options.Beta1,
                Beta2 = (float)_options.Beta2,
                Epsilon = (float)_options.Epsilon,
                GradientScale = (float)gradientScale,
                L2 = _options.DecoupledDecay ? 0 : (float)one.WeightDecay,
                Keep = _options.DecoupledDecay ? (float)(1 - rate * one.WeightDecay) : 1,
                StepSize = (float)(rate / bias1),
                RootScale = (float)(1 / Math.Sqrt(bias2)),
            };
            if (IsPlain(one.Parameter) && IsPlain(gradient)) StepInMemory(one.Parameter, gradient, _first[i], _second[i], step);
            else if (IsPlain(one.Parameter) && IsRows(gradient)) StepInRows(one.Parameter, RowGradient.Of(gradient), _first[i], _second[i], step);
            else StepInTensors(one.Parameter, gradient, _first[i], _second[i], step);
        }
    }

    /// <summary>The moments by parameter name with <c>.first_moment</c> and <c>.second_moment</c>, bit for bit; <see cref="StepCount"/> belongs to them.</summary>
    public IReadOnlyDictionary<string, TensorData> ReadState()
    {
        Dictionary<string, TensorData> state = [];
        for (int i = 0; i < _parameters.Count; i++)
            foreach ((string suffix, Tensor moment) in Moments(i))
            {
                using Tensor host = moment.cpu().contiguous();
                state[_parameters[i].Name + suffix] = new TensorData(TensorType.Float32, moment.shape, host.bytes.ToArray());
            }
        return state;
    }

    /// <summary>Continues from what <see cref="ReadState"/> gave after <paramref name="stepCount"/> steps.</summary>
    /// <exception cref="DataException">A moment is missing, has another shape, or belongs to no parameter; all faults are listed.</exception>
    public void LoadState(IReadOnlyDictionary<string, TensorData> state, long stepCount)
    {
        List<string> faults = [];
        if (stepCount < 0) faults.Add($"the number of steps is {stepCount}");
        HashSet<string> known = [];
        for (int i = 0; i < _parameters.Count; i++)
            foreach ((string suffix, Tensor moment) in Moments(i))
            {
                string name = _parameters[i].Name + suffix;
                known.Add(name);
                if (!state.TryGetValue(name, out TensorData? data)) faults.Add($"'{name}' is missing");
                else if (data.Type != TensorType.Float32 || !data.Shape.SequenceEqual(moment.shape))
                    faults.Add($"'{name}' is {data.Type} [{string.Join(", ", data.Shape)}], expected Float32 [{string.Join(", ", moment.shape)}]");
            }
        faults.AddRange(state.Keys.Where(name => !known.Contains(name)).Select(name => $"'{name}' belongs to no trained parameter"));
        if (faults.Count > 0)
            throw new DataException($"The optimiser state does not fit the model: {string.Join("; ", faults.Take(12))}{(faults.Count > 12 ? $"; and {faults.Count - 12} more" : "")}. Resume with the settings of the run.");
        using IDisposable noGradient = no_grad();
        for (int i = 0; i < _parameters.Count; i++)
            foreach ((string suffix, Tensor moment) in Moments(i))
            {
                using Tensor values = tensor(state[_parameters[i].Name + suffix].ToFloats(), moment.shape);
                moment.copy_(values);
            }
        StepCount = stepCount;
    }

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (Tensor moment in _first.Concat(_second)) moment.Dispose();
    }

    private IEnumerable<(string Suffix, Tensor Moment)> Moments(int index) =>
        [(".first_moment", _first[index]), (".second_moment", _second[index])];

    private static bool IsPlain(Tensor one) =>
        !one.is_sparse && one.device_type == DeviceType.CPU && one.dtype == ScalarType.Float32 && one.is_contiguous();

    private static bool IsRows(Tensor gradient) => gradient.is_sparse && gradient.device_type == DeviceType.CPU && gradient.dtype == ScalarType.Float32;

    private static Tensor Dense(Tensor gradient) => gradient.is_sparse ? gradient.to_dense() : gradient.alias();

    private static double SquareSum(Tensor gradient)
    {
        Memory.Of(gradient, out nint address, out int length);
        double[] sums = new double[Pieces(length)];
        ForPieces(length, (piece, start, count) => sums[piece] = SquareSum(Memory.Span(address, start, count)));
        double total = 0;
        foreach (double sum in sums) total += sum;
        return total;
    }

    private static double SquareSum(ReadOnlySpan<float> values)
    {
        int width = Vector512<float>.Count, at = 0;
        Vector512<double> sum0 = Vector512<double>.Zero, sum1 = sum0, sum2 = sum0, sum3 = sum0; // four, so that no sum waits for the one before
        for (; at <= values.Length - 2 * width; at += 2 * width)
        {
            (Vector512<double> a, Vector512<double> b) = Vector512.Widen(Vector512.Create(values[at..]));
            (Vector512<double> c, Vector512<double> d) = Vector512.Widen(Vector512.Create(values[(at + width)..]));
            (sum0, sum1, sum2, sum3) = (sum0 + a * a, sum1 + b * b, sum2 + c * c, sum3 + d * d);
        }
        double sum = Vector512.Sum(sum0 + sum1 + (sum2 + sum3));
        for (; at < values.Length; at++) sum += (double)values[at] * values[at];
        return sum;
    }

    private static void StepInRows(Tensor parameter, RowGradient gradient, Tensor first, Tensor second, AdamStep step)
    {
        Memory.Of(parameter, out nint p, out int length);
        Memory.Of(first, out nint m, out _);
        Memory.Of(second, out nint v, out _);
        int width = gradient.Width;
        float[] zeros = new float[width];
        Team.ForRows(length / width, Pieces(length), (_, start, end) =>
        {
            int place = gradient.PlaceOf(start);
            for (int row = start; row < end; row++)
                step.Apply(Memory.Span(p, row * width, width), gradient.Next(row, ref place, zeros), Memory.Span(m, row * width, width), Memory.Span(v, row * width, width));
        });
    }

    private static void StepInMemory(Tensor parameter, Tensor gradient, Tensor first, Tensor second, AdamStep step)
    {
        Memory.Of(parameter, out nint p, out int length);
        Memory.Of(gradient, out nint g, out _);
        Memory.Of(first, out nint m, out _);
        Memory.Of(second, out nint v, out _);
        ForPieces(length, (_, start, count) => step.Apply(
            Memory.Span(p, start, count), Memory.Span(g, start, count), Memory.Span(m, start, count), Memory.Span(v, start, count)));
    }

    private static void StepInTensors(Tensor parameter, Tensor gradient, Tensor first, Tensor second, AdamStep step)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor scaled = Dense(gradient).Times(step.GradientScale);
        if (step.L2 != 0) scaled = scaled.Plus(parameter.Times(step.L2));
        Scalar[] held = [step.Beta1, 1 - step.Beta1, step.Beta2, 1 - step.Beta2, step.Keep, step.RootScale, step.Epsilon, -step.StepSize, 1];
        first.mul_(held[0]).add_(scaled, alpha: held[1]);
        second.mul_(held[2]).addcmul_(scaled, scaled, value: held[3]);
        parameter.mul_(held[4]).addcdiv_(first, second.sqrt().mul_(held[5]).add_(held[6], alpha: held[8]), value: held[7]);
        GC.KeepAlive(held);
    }

    private static int Pieces(int length) => (length + PieceLength - 1) / PieceLength;

    private static void ForPieces(int length, Action<int, int, int> work)
    {
        int pieces = Pieces(length);
        Team.Run(pieces, piece => work(piece, piece * PieceLength, Math.Min(PieceLength, length - piece * PieceLength)));
    }
}
