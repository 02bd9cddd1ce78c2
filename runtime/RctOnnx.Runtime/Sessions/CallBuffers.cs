namespace RctOnnx.Runtime;

/// <summary>The memory of a call, used again for other calls: it grows to the largest one.</summary>
internal sealed class CallBuffers
{
    private TokenizedText[] _texts = [];
    private float[] _logits = [];

    /// <summary>The tokens of the texts.</summary>
    public TokenRows Rows { get; } = new();

    /// <summary>What runs together.</summary>
    public BatchPlan Plan { get; } = new();

    /// <summary>Room for at least so many texts.</summary>
    public TokenizedText[] Texts(int count) => _texts = Room(_texts, count);

    /// <summary>Room for at least so many logits.</summary>
    public float[] Logits(int count) => _logits = Room(_logits, count);

    private static T[] Room<T>(T[] buffer, int count) => buffer.Length >= count ? buffer : new T[Math.Max(count, 2 * buffer.Length)];
}
