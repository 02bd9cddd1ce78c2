using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Training;

/// <summary>
/// Exponential moving average of the trained weights (Polyak and Juditsky 1992; with TensorFlow's shorter memory at the start, so that the
/// first weights do not weigh on a short run). Costs the memory of the weights once more, and a pass over them a step.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private const string Suffix = ".average";
    private readonly double _decay;
    private readonly SortedDictionary<string, (Parameter Parameter, Tensor Average)> _all = new(StringComparer.Ordinal);

    /// <param name="parameters">By canonical name; those that are trained are averaged.</param>
    /// <param name="decay">Share of the average that a step keeps.</param>
    public WeightAverage(IReadOnlyDictionary<string, Parameter> parameters, double decay)
    {
        _decay = decay;
        foreach ((string name, Parameter parameter) in parameters)
            if (parameter.requires_grad) _all.Add(name, (parameter, parameter.detach().clone().DetachFromDisposeScope()));
    }

    /// <summary>Whether a part of a checkpoint is an average.</summary>
    public static bool Holds(string name) => name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Takes the weights after a step in.</summary>
    /// <param name="step">Number of the step, from 1.</param>
    public void Add(long step)
    {
        using IDisposable noGradient = no_grad();
        double decay = Math.Min(_decay, (1.0 + step) / (10.0 + step));
        using Tensor share = 1 - decay;
        foreach ((Parameter parameter, Tensor average) in _all.Values) average.lerp_(parameter, share);
    }

    /// <summary>Puts the average in the weights' place until the result is disposed.</summary>
    public IDisposable Use() => new Swapped(this);

    /// <summary>Puts the average in the weights' place for good.</summary>
    public void Apply()
    {
        using IDisposable noGradient = no_grad();
        foreach ((Parameter parameter, Tensor average) in _all.Values) parameter.copy_(average);
    }

    /// <summary>The average by names that a checkpoint keeps it under.</summary>
    public IEnumerable<KeyValuePair<string, TensorData>> ReadState() => _all.Select(pair => KeyValuePair.Create(pair.Key + Suffix, ParameterValues.Read(pair.Value.Average)));

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="ModelFileException">The average of a weight is missing or has another shape.</exception>
    public void LoadState(IReadOnlyDictionary<string, TensorData> state) =>
        ParameterValues.Load(_all.Select(pair => KeyValuePair.Create(pair.Key + Suffix, pair.Value.Average)), state);

    public void Dispose()
    {
        foreach ((_, Tensor average) in _all.Values) average.Dispose();
    }

    private void Swap()
    {
        using IDisposable noGradient = no_grad();
        foreach ((Parameter parameter, Tensor average) in _all.Values)
        {
            using Tensor kept = parameter.detach().clone();
            parameter.copy_(average);
            average.copy_(kept);
        }
    }

    private sealed class Swapped : IDisposable
    {
        private readonly WeightAverage _average;

        public Swapped(WeightAverage average)
        {
            _average = average;
            _average.Swap();
        }

        public void Dispose() => _average.Swap();
    }
}
