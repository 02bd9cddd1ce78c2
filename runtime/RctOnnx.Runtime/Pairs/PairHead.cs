using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// The head of a model that reads pairs by two encoders, open in ONNX Runtime on the CPU. A pair is computed by itself: products of one row and of
/// several may add in another order, and the same pair would not get the same bits in every call. It costs some microseconds, where an encoder
/// takes milliseconds. Thread-safe.
/// </summary>
public sealed class PairHead : IDisposable
{
    private static readonly string[] InputNames = ["a_features", "b_features"], OutputNames = ["logits"];

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly long[] _shape;

    /// <summary>Opens the head of a model.</summary>
    /// <param name="model">With <see cref="ModelDescription.PairEncoding"/>.</param>
    /// <param name="level">How far ONNX Runtime may rewrite the graph.</param>
    /// <exception cref="ModelFileException">The parts of the model do not fit together.</exception>
    public PairHead(ModelArtifact model, GraphOptimizationLevel level = GraphOptimizationLevel.ORT_ENABLE_ALL)
    {
        using SessionOptions options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = level, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _session = new InferenceSession(EncoderGraph.EmitPairHead(model), options);
        _shape = [1, model.Encoder.HiddenWidth];
    }

    /// <summary>The logits of one pair.</summary>
    /// <param name="first">Features of the first text, [hidden].</param>
    /// <param name="second">Features of the second text, [hidden].</param>
    /// <exception cref="ModelFileException">ONNX Runtime fails on them.</exception>
    public float[] Run(ReadOnlyMemory<float> first, ReadOnlyMemory<float> second)
    {
        using OrtValue a = OrtValue.CreateTensorValueFromMemory(first.ToArray(), _shape), b = OrtValue.CreateTensorValueFromMemory(second.ToArray(), _shape);
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> results = _session.Run(_run, InputNames, [a, b], OutputNames);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelFileException($"ONNX Runtime fails on the head of the model: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
