using static TorchSharp.torch;

namespace RctOnnx.Train.Losses;

/// <summary>What the model shall answer for a batch, in plain arrays: built on any thread. Immutable.</summary>
public sealed record TaskTargets
{
    private TaskTargets(long[]? classes, float[]? values, int rowCount) => (Classes, Values, RowCount) = (classes, values, rowCount);

    /// <summary>Class index of each row; null unless each row has one class.</summary>
    public long[]? Classes { get; }

    /// <summary>Values or 0/1 memberships, [rows, labels] in row-major order; null when rows have one class.</summary>
    public float[]? Values { get; }

    /// <summary>Number of rows.</summary>
    public int RowCount { get; }

    /// <summary>One class a row.</summary>
    public static TaskTargets OfClasses(params long[] classes) => new(classes, null, classes.Length);

    /// <summary>Real values (regression) or 0/1 memberships (multi-label), <paramref name="labelCount"/> a row.</summary>
    /// <exception cref="SettingsException">The number of values is no multiple of the labels.</exception>
    public static TaskTargets OfValues(float[] values, int labelCount) =>
        labelCount > 0 && values.Length % labelCount == 0
            ? new(null, values, values.Length / labelCount)
            : throw new SettingsException($"{values.Length} target values do not fill rows of {labelCount} labels.");

    /// <summary>int64 [rows] of classes or fp32 [rows, labels] of values.</summary>
    internal Tensor ToTensor(Device device) =>
        Classes is not null ? tensor(Classes, device: device) : tensor(Values!, [RowCount, Values!.Length / RowCount], device: device);
}
