using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>Dropout (Srivastava et al. 2014) drawn from torch's generator, so that <c>manual_seed</c> repeats it.</summary>
internal static class Dropout
{
    /// <summary>The input itself in evaluation or with a share of zero.</summary>
    public static Tensor Apply(Tensor input, double share, bool training) =>
        training && share > 0 ? nn.functional.dropout(input, share, training: true) : input;
}
