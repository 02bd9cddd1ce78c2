using System.Runtime.InteropServices;

namespace RctOnnx.Kernels;

/// <summary>
/// <c>OrtCustomOp</c> of the C interface in version 18, with what our operators need to know of themselves behind it. ONNX
/// Runtime passes its address to every function.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CustomOperator
{
    public uint Version;
    public void* CreateKernel;
    public delegate* unmanaged<CustomOperator*, byte*> GetName;
    public delegate* unmanaged<CustomOperator*, byte*> GetExecutionProviderType;
    public delegate* unmanaged<CustomOperator*, nuint, int> GetInputType;
    public delegate* unmanaged<CustomOperator*, nuint> GetInputTypeCount;
    public delegate* unmanaged<CustomOperator*, nuint, int> GetOutputType;
    public delegate* unmanaged<CustomOperator*, nuint> GetOutputTypeCount;
    public void* KernelCompute;
    public delegate* unmanaged<NodeState*, void> KernelDestroy;
    public delegate* unmanaged<CustomOperator*, nuint, int> GetInputCharacteristic;
    public delegate* unmanaged<CustomOperator*, nuint, int> GetOutputCharacteristic;
    public delegate* unmanaged<CustomOperator*, nuint, int> GetInputMemoryType;
    public void* GetVariadicInputMinArity;
    public void* GetVariadicInputHomogeneity;
    public void* GetVariadicOutputMinArity;
    public void* GetVariadicOutputHomogeneity;
    public delegate* unmanaged<CustomOperator*, void*, void*, NodeState**, void*> CreateKernelV2;
    public delegate* unmanaged<NodeState*, void*, void*> KernelComputeV2;
    public void* InferOutputShape;
    public delegate* unmanaged<CustomOperator*, int> GetStartVersion;
    public delegate* unmanaged<CustomOperator*, int> GetEndVersion;
    public void* GetMayInplace;
    public void* ReleaseMayInplace;
    public void* GetAliasMap;
    public void* ReleaseAliasMap;

    /// <summary>What it computes.</summary>
    public OperatorKind Kind;

    /// <summary>Its name, ended by a zero.</summary>
    public byte* Name;
}
