using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Token states to one vector a row, the same arithmetic as the model file's graphs.</summary>
internal static class TokenPooling
{
    // Further down than any state, so that padding is never the maximum.
    private const float Lowest = -1e30f;

    /// <summary>states [B, S, hidden], mask int64 [B, S] or null → the mean over visible tokens, [B, hidden].</summary>
    public static Tensor Mean(Tensor states, Tensor? mask)
    {
        if (mask is null) return states.mean([1]);
        Tensor visible = mask.to(ScalarType.Float32).unsqueeze(-1); // [B, S, 1]
        // At least one, so that a row that is all padding gives zeros and not NaN.
        return (states * visible).sum(1) / visible.sum(1).AtLeast(1);
    }

    /// <summary>states [B, S, hidden], mask int64 [B, S] or null → the maximum over visible tokens, [B, hidden].</summary>
    public static Tensor Max(Tensor states, Tensor? mask)
    {
        if (mask is null) return states.amax([1]);
        Tensor lowered = mask.to(ScalarType.Float32).From(1).Times(Lowest).unsqueeze(-1); // [B, S, 1]
        return states.Plus(lowered).amax([1]);
    }

    /// <summary>states [B, S, hidden], places int64 [reads] in B × S or null for all → [reads, hidden].</summary>
    public static Tensor At(Tensor states, Tensor? reads)
    {
        Tensor all = states.reshape(-1, states.shape[2]);
        return reads is null ? all : all.index_select(0, reads);
    }
}
