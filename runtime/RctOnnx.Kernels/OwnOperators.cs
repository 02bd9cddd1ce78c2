using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;

namespace RctOnnx.Kernels;

/// <summary>
/// Operators of our own for ONNX Runtime on processors with AVX-512, for what lies between the matrix products of an encoder:
/// each does in one pass over memory what takes two to four of ONNX Runtime's nodes, and quantises on the way out.
/// </summary>
public static unsafe class OwnOperators
{
    /// <summary>The domain of the operators in a graph.</summary>
    public const string Domain = "rctonnx";

    private const int Required = 0, Optional = 1, Float = 1, Uint8 = 2;

    private static readonly Lazy<nint> NativeDomain = new(CreateDomain);
    private static readonly Lock FirstSession = new();
    private static volatile bool _known;

    /// <summary>Whether this processor has what the kernels need.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>The activation functions by the number in a node.</summary>
    internal static ActivationTable[] Activations { get; } = [ActivationTable.Gelu, ActivationTable.GeluTanh, ActivationTable.Relu];

    /// <summary>Opens a session whose graph may hold our operators. Thread-safe.</summary>
    /// <param name="options">What the session is opened with; our operators are added to it.</param>
    /// <param name="open">Opens the session with the options.</param>
    /// <exception cref="NotSupportedException">The processor has no AVX-512, or the native ONNX Runtime is older than 1.18.</exception>
    /// <exception cref="OnnxRuntimeException">What <paramref name="open"/> threw.</exception>
    public static InferenceSession Open(SessionOptions options, Func<SessionOptions, InferenceSession> open)
    {
        if (!IsSupported) throw new NotSupportedException("This processor has no AVX-512, which these operators need. Use a dialect of ONNX Runtime's own operators.");
        OrtApi.AddDomain(options.DangerousGetHandle(), (void*)NativeDomain.Value);
        // ONNX Runtime looks whether the process knows the domain and then adds it, without a lock over both: of two first sessions
        // at once the second would fail with "the domain is already exist". Once it is known, sessions open side by side.
        if (!_known)
        {
            lock (FirstSession)
            {
                if (!_known)
                {
                    InferenceSession session = open(options);
                    _known = true;
                    return session;
                }
            }
        }
        return open(options);
    }

    private static nint CreateDomain()
    {
        void* domain = OrtApi.CreateDomain(Text(Domain));
        foreach (OperatorKind kind in Enum.GetValues<OperatorKind>()) OrtApi.AddOperator(domain, Describe(kind));
        return (nint)domain;
    }

    // ONNX Runtime keeps the address: the description stays until the process ends.
    private static CustomOperator* Describe(OperatorKind kind)
    {
        CustomOperator* one = (CustomOperator*)NativeMemory.AllocZeroed((nuint)sizeof(CustomOperator));
        one->Version = OrtApi.Version;
        one->Kind = kind;
        one->Name = Text(kind.ToString());
        one->GetName = &Name;
        one->GetExecutionProviderType = &Provider;
        one->GetInputTypeCount = &InputCount;
        one->GetInputType = &InputType;
        one->GetInputCharacteristic = &InputCharacteristic;
        one->GetInputMemoryType = &MemoryType;
        one->GetOutputTypeCount = &OutputCount;
        one->GetOutputType = &OutputType;
        one->GetOutputCharacteristic = &OutputCharacteristic;
        one->CreateKernelV2 = &Create;
        one->KernelComputeV2 = &Compute;
        one->KernelDestroy = &Destroy;
        one->GetStartVersion = &StartVersion;
        one->GetEndVersion = &EndVersion;
        return one;
    }

    private static byte* Text(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    [UnmanagedCallersOnly]
    private static byte* Name(CustomOperator* one) => one->Name;

    [UnmanagedCallersOnly]
    private static byte* Provider(CustomOperator* one) => null; // the CPU

    [UnmanagedCallersOnly]
    private static nuint InputCount(CustomOperator* one) => one->Kind switch
    {
        OperatorKind.Attention => 3,
        OperatorKind.AttentionToUint8 or OperatorKind.AddNorm => 5,
        OperatorKind.AddNormToUint8 => 7,
        OperatorKind.Activation => 2,
        _ => 4,
    };

    [UnmanagedCallersOnly]
    private static int InputType(CustomOperator* one, nuint index) => (one->Kind, index) switch
    {
        (OperatorKind.AttentionToUint8, 4) or (OperatorKind.AddNormToUint8, 6) or (OperatorKind.ActivationToUint8, 3) => Uint8,
        _ => Float,
    };

    [UnmanagedCallersOnly]
    private static int InputCharacteristic(CustomOperator* one, nuint index) => (one->Kind, index) switch
    {
        (OperatorKind.Activation or OperatorKind.ActivationToUint8, 1) => Optional,
        (OperatorKind.Attention or OperatorKind.AttentionToUint8 or OperatorKind.AddNorm or OperatorKind.AddNormToUint8, 2) => Optional,
        _ => Required,
    };

    [UnmanagedCallersOnly]
    private static int MemoryType(CustomOperator* one, nuint index) => 0;

    [UnmanagedCallersOnly]
    private static nuint OutputCount(CustomOperator* one) => one->Kind == OperatorKind.AddNormToUint8 ? 2u : 1;

    [UnmanagedCallersOnly]
    private static int OutputType(CustomOperator* one, nuint index) => (one->Kind, index) switch
    {
        (OperatorKind.AttentionToUint8 or OperatorKind.ActivationToUint8, _) or (OperatorKind.AddNormToUint8, 1) => Uint8,
        _ => Float,
    };

    [UnmanagedCallersOnly]
    private static int OutputCharacteristic(CustomOperator* one, nuint index) => Required;

    [UnmanagedCallersOnly]
    private static int StartVersion(CustomOperator* one) => 1;

    [UnmanagedCallersOnly]
    private static int EndVersion(CustomOperator* one) => int.MaxValue;

    [UnmanagedCallersOnly]
    private static void* Create(CustomOperator* one, void* api, void* info, NodeState** state)
    {
        try
        {
            NodeState made = new() { Kind = one->Kind };
            if (one->Kind is OperatorKind.Attention or OperatorKind.AttentionToUint8)
            {
                fixed (byte* name = "num_heads\0"u8) made.HeadCount = (int)OrtApi.IntegerAttribute(info, name);
                if (made.HeadCount < 1) return OrtApi.Fail($"num_heads is {made.HeadCount}, expected at least 1.");
            }
            else if (one->Kind is OperatorKind.AddNorm or OperatorKind.AddNormToUint8)
            {
                fixed (byte* name = "epsilon\0"u8) made.Epsilon = OrtApi.FloatAttribute(info, name);
            }
            else
            {
                fixed (byte* name = "function\0"u8) made.Function = (int)OrtApi.IntegerAttribute(info, name);
                if (made.Function < 0 || made.Function >= Activations.Length) return OrtApi.Fail($"function is {made.Function}, expected 0 to {Activations.Length - 1}.");
            }
            *state = (NodeState*)NativeMemory.Alloc((nuint)sizeof(NodeState));
            **state = made;
            return null;
        }
        catch (Exception e)
        {
            return OrtApi.Fail(e.Message);
        }
    }

    // An exception must not leave managed code: it becomes an error of ONNX Runtime.
    [UnmanagedCallersOnly]
    private static void* Compute(NodeState* node, void* context)
    {
        try
        {
            NodeWork.Run(node, context);
            return null;
        }
        catch (Exception e)
        {
            return OrtApi.Fail(e.Message);
        }
    }

    [UnmanagedCallersOnly]
    private static void Destroy(NodeState* node) => NativeMemory.Free(node);
}
