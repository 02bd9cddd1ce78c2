using System.Runtime.InteropServices;

namespace RctOnnx.Kernels;

/// <summary>Working memory of a thread, aligned to cache lines; grows to the largest need and is freed with the thread.</summary>
internal sealed unsafe class Scratch
{
    private const int CacheLine = 64;

    [ThreadStatic]
    private static Scratch? _ofThread;

    private float* _memory;
    private nint _capacity;

    private Scratch() { }

    ~Scratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>That of the calling thread.</summary>
    public static Scratch OfThread => _ofThread ??= new Scratch();

    /// <summary>Room for so many numbers, with anything in it; valid until the next call on this thread.</summary>
    public float* Rent(nint count)
    {
        if (count <= _capacity) return _memory;
        NativeMemory.AlignedFree(_memory);
        _memory = null;
        _capacity = 0;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(count * sizeof(float)), CacheLine);
        _capacity = count;
        return _memory;
    }
}
