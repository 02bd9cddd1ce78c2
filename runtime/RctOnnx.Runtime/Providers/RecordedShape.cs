using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>
/// A shape with its inputs and logits at one place on the card, bound once: what a recorded CUDA graph reads and writes when it is
/// replayed. ONNX Runtime records at the first run of an id and replays from then on, without looking at shapes again.
/// </summary>
internal sealed class RecordedShape : IDisposable
{
    private readonly InferenceSession _session;
    private readonly DeviceMemory _memory;
    private readonly BatchTensors _device;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _run = new();

    /// <summary>Takes memory for a shape and binds it.</summary>
    /// <param name="session">Runs the graph.</param>
    /// <param name="memory">Host and card.</param>
    /// <param name="shape">Rows and tokens.</param>
    /// <param name="answers">The form of the logits.</param>
    /// <param name="output">Name of the output.</param>
    /// <param name="id">Of the recording, from 1.</param>
    public RecordedShape(InferenceSession session, DeviceMemory memory, StaticShape shape, BatchAnswers answers, string output, int id)
    {
        (_session, _memory) = (session, memory);
        Host = new BatchTensors(session.InputNames, memory.Host, memory.Host, shape, answers);
        _device = new BatchTensors(session.InputNames, memory.Device, memory.Device, shape, answers);
        _binding = session.CreateIoBinding();
        for (int i = 0; i < _device.Names.Length; i++) _binding.BindInput(_device.Names[i], _device.Inputs[i]);
        _binding.BindOutput(output, _device.Logits);
        _run.AddRunConfigEntry("gpu_graph_id", id.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>What the processor fills before a run and reads after it.</summary>
    public BatchTensors Host { get; }

    /// <summary>Copies the inputs to the card, runs and copies the logits back.</summary>
    public void Run()
    {
        _memory.Copy(Host.Inputs, _device.Inputs);
        _session.RunWithBinding(_run, _binding);
        _memory.Copy([_device.Logits], [Host.Logits]);
    }

    public void Dispose()
    {
        _run.Dispose();
        _binding.Dispose();
        _device.Dispose();
        Host.Dispose();
    }
}
