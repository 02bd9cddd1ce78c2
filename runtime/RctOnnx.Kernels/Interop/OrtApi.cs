using System.Runtime.InteropServices;

namespace RctOnnx.Kernels;

/// <summary>
/// The few functions of ONNX Runtime's C interface that operators need. The interface is a table whose places never change
/// (<c>onnxruntime_c_api.h</c>: functions are only added at its end).
/// </summary>
internal static unsafe partial class OrtApi
{
    /// <summary>The version of the interface that is asked for: the first with all that is used here (ONNX Runtime 1.18).</summary>
    public const uint Version = 18;

    private static readonly void** Table = Open();

    /// <summary>An error for ONNX Runtime to report.</summary>
    public static void* Fail(string message)
    {
        nint text = Marshal.StringToCoTaskMemUTF8(message);
        void* status = ((delegate* unmanaged<int, nint, void*>)Table[0])(1, text);
        Marshal.FreeCoTaskMem(text);
        return status;
    }

    /// <summary>Makes a domain of operators that lives as long as the process.</summary>
    public static void* CreateDomain(byte* name)
    {
        void* domain;
        Check(((delegate* unmanaged<byte*, void**, void*>)Table[26])(name, &domain));
        return domain;
    }

    /// <summary>Adds an operator to a domain.</summary>
    public static void AddOperator(void* domain, void* operation) => Check(((delegate* unmanaged<void*, void*, void*>)Table[27])(domain, operation));

    /// <summary>Lets a session find a domain.</summary>
    public static void AddDomain(nint sessionOptions, void* domain) => Check(((delegate* unmanaged<nint, void*, void*>)Table[28])(sessionOptions, domain));

    /// <summary>The numbers of a tensor.</summary>
    public static void* Data(void* value)
    {
        void* data;
        Check(((delegate* unmanaged<void*, void**, void*>)Table[51])(value, &data));
        return data;
    }

    /// <summary>Reads up to <paramref name="limit"/> dimensions of a tensor and returns how many there are.</summary>
    public static int Dimensions(void* value, long* dimensions, int limit)
    {
        void* info;
        nuint count;
        Check(((delegate* unmanaged<void*, void**, void*>)Table[65])(value, &info));
        void* status = ((delegate* unmanaged<void*, nuint*, void*>)Table[61])(info, &count);
        if (status == null && count <= (nuint)limit) status = ((delegate* unmanaged<void*, long*, nuint, void*>)Table[62])(info, dimensions, count);
        ((delegate* unmanaged<void*, void>)Table[99])(info);
        Check(status);
        return (int)count;
    }

    /// <summary>A number among the attributes of a node.</summary>
    public static float FloatAttribute(void* info, byte* name)
    {
        float value;
        Check(((delegate* unmanaged<void*, byte*, float*, void*>)Table[85])(info, name, &value));
        return value;
    }

    /// <summary>A whole number among the attributes of a node.</summary>
    public static long IntegerAttribute(void* info, byte* name)
    {
        long value;
        Check(((delegate* unmanaged<void*, byte*, long*, void*>)Table[86])(info, name, &value));
        return value;
    }

    /// <summary>An input of a running node; null where it is left out.</summary>
    public static void* Input(void* context, int index)
    {
        void* value;
        Check(((delegate* unmanaged<void*, nuint, void**, void*>)Table[90])(context, (nuint)index, &value));
        return value;
    }

    /// <summary>Makes an output of a running node.</summary>
    public static void* Output(void* context, int index, ReadOnlySpan<long> dimensions)
    {
        void* value;
        fixed (long* first = dimensions)
            Check(((delegate* unmanaged<void*, nuint, long*, nuint, void**, void*>)Table[91])(context, (nuint)index, first, (nuint)dimensions.Length, &value));
        return value;
    }

    /// <summary>Calls <paramref name="work"/> for every index below <paramref name="count"/> on the threads of the session.</summary>
    public static void ParallelFor(void* context, delegate* unmanaged<void*, nuint, void> work, nint count, void* state) =>
        Check(((delegate* unmanaged<void*, delegate* unmanaged<void*, nuint, void>, nuint, nuint, void*, void*>)Table[274])(context, work, (nuint)count, 0, state));

    private static void Check(void* status)
    {
        if (status == null) return;
        string message = Marshal.PtrToStringUTF8(((delegate* unmanaged<void*, nint>)Table[2])(status)) ?? "no message";
        ((delegate* unmanaged<void*, void>)Table[93])(status);
        throw new InvalidOperationException(message);
    }

    private static void** Open()
    {
        // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t version); const char* (*GetVersionString)(void); }
        void** table = ((delegate* unmanaged<uint, void**>)(*(void**)OrtGetApiBase()))(Version);
        return table != null ? table : throw new NotSupportedException($"The native ONNX Runtime has no interface of version {Version}; expected is 1.18 or later.");
    }

    [LibraryImport("onnxruntime")]
    private static partial nint OrtGetApiBase();
}
