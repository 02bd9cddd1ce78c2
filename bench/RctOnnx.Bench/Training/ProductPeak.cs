using System.Diagnostics;
using RctOnnx.Bench.Figures;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using static TorchSharp.torch;

namespace RctOnnx.Bench.Training;

/// <summary>
/// What the machine reaches in matrix products alone, of the shapes that a step of this model has: tokens × hidden × hidden,
/// tokens × hidden × inner and tokens × inner × hidden, at the mean number of tokens of a batch, on all threads.
/// </summary>
internal sealed class ProductPeak : ITrainingContestant
{
    private readonly List<(string Name, Tensor Left, Tensor Right, double Operations)> _products = [];

    public ProductPeak(TrainingMaterial material)
    {
        EncoderConfig encoder = material.Base.Artifact.Encoder;
        TokenStore store = material.Train.Tokens;
        int tokens = (int)((long)store.TokenCount * material.Settings.Batch / store.RowCount);
        manual_seed(1);
        foreach (ScalarType type in (ScalarType[])[ScalarType.BFloat16, ScalarType.Float32])
            foreach ((int inputs, int outputs) in (ReadOnlySpan<(int, int)>)[
                (encoder.HiddenWidth, encoder.HiddenWidth), (encoder.HiddenWidth, encoder.IntermediateWidth), (encoder.IntermediateWidth, encoder.HiddenWidth)])
            {
                Tensor states = randn(tokens, inputs).to(type), gradient = randn(tokens, outputs).to(type), weight = randn(inputs, outputs).to(type);
                double operations = 2.0 * tokens * inputs * outputs;
                string shape = $"{Name(type)} {tokens} x {inputs} x {outputs}";
                _products.Add(($"{shape}, forward", states, weight, operations));
                _products.Add(($"{shape}, input gradient", gradient, weight.t(), operations));
                _products.Add(($"{shape}, weight gradient", states.t(), gradient, operations));
            }
    }

    /// <summary>The name of the best rate of a type.</summary>
    public static string Name(ScalarType type) => type == ScalarType.BFloat16 ? "bf16" : "fp32";

    /// <inheritdoc/>
    public RoundResult Run(int stepCount)
    {
        long start = Stopwatch.GetTimestamp();
        Dictionary<string, double> rates = [];
        foreach ((string name, Tensor left, Tensor right, double operations) in _products)
        {
            List<double> seconds = [];
            for (int i = 0; i < 4 * stepCount; i++)
            {
                long at = Stopwatch.GetTimestamp();
                using Tensor product = matmul(left, right);
                seconds.Add(Stopwatch.GetElapsedTime(at).TotalSeconds);
            }
            rates[name] = operations / Samples.Median(seconds) / 1e9;
        }
        return new RoundResult { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, PeakMemory = PeakMemory.Read(), Rates = rates };
    }
}
