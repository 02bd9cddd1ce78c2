using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Bench.Startup;

/// <summary>The least that a .NET process with ONNX Runtime can be: it loads the library, says so and ends.</summary>
internal static class BareProcess
{
    /// <summary>The argument that makes this program such a process.</summary>
    public const string Argument = "bare";

    [MethodImpl(MethodImplOptions.NoInlining)] // so that a process of another kind does not load the library
    public static int Run()
    {
        Console.WriteLine(OrtEnv.Instance().GetVersionString());
        return ExitCodes.Success;
    }
}
