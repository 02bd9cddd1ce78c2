using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>Opens sessions of dialects that pad, and proves by a trial run where their nodes are computed.</summary>
internal static class ProviderSession
{
    /// <summary>Opens a graph and runs one row of one token under the profiler.</summary>
    /// <exception cref="ProviderException">The provider refuses the graph or runs no part of it.</exception>
    public static InferenceSession Open(byte[] model, GraphSettings settings, StaticShape shape, out IReadOnlyDictionary<string, int> nodes)
    {
        string profile = Path.Combine(Path.GetTempPath(), $"rctonnx-{Guid.NewGuid():N}");
        using SessionOptions native = new()
        {
            IntraOpNumThreads = settings.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableMemoryPattern = false, // a pattern is kept for each of the many shapes
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
            EnableProfiling = true,
            ProfileOutputPathPrefix = profile,
        };
        native.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"); // idle threads cost no processor time
        ProviderSelection.Append(native, settings.Provider, settings.Cuda, settings.CoreMl, EncoderGraph.IsStatic(settings.Dialect));
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(model, native);
            nodes = Trial(session, settings, shape);
            return session;
        }
        catch (OnnxRuntimeException e)
        {
            session?.Dispose();
            throw Failed(settings.Provider, "cannot open the model", e);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>The exception for a fault of ONNX Runtime: the file's on the CPU, the provider's elsewhere.</summary>
    public static RctOnnxException Failed(ExecutionProvider provider, string fault, OnnxRuntimeException cause) => provider == ExecutionProvider.Cpu
        ? new ModelFileException($"ONNX Runtime {fault}: {cause.Message}", cause)
        : new ProviderException($"The provider {provider} {fault}: {cause.Message}", cause);

    private static IReadOnlyDictionary<string, int> Trial(InferenceSession session, GraphSettings settings, StaticShape shape)
    {
        string? written = null;
        try
        {
            using (BatchTensors tensors = new(session.InputNames, OrtAllocator.DefaultInstance, OrtAllocator.DefaultInstance, shape, settings.Answers))
            using (RunOptions run = new())
            {
                tensors.Fill(TokenRows.Of([[settings.PadId]]), [0], settings.PadId);
                run.AddRunConfigEntry("gpu_graph_id", "-1"); // not to be recorded
                session.Run(run, tensors.Names, tensors.Inputs, [settings.Output], [tensors.Logits]);
            }
            written = session.EndProfiling();
            IReadOnlyDictionary<string, int> nodes = NodePlacement.Read(written);
            ProviderSelection.CheckPlacement(settings.Provider, nodes);
            return nodes;
        }
        finally
        {
            File.Delete(written ?? session.EndProfiling());
        }
    }
}
