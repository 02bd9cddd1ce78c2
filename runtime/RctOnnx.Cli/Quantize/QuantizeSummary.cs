using System.Globalization;
using RctOnnx.Runtime.Quantization;

namespace RctOnnx.Cli.Quantize;

/// <summary>What <c>quantize</c> did.</summary>
internal sealed record QuantizeSummary
{
    public required string Model { get; init; }

    public required string Output { get; init; }

    public required long Bytes { get; init; }

    public required long OutputBytes { get; init; }

    public required QuantizationMethod Method { get; init; }

    /// <summary>Mean squared difference of the logits from the fp32 model's.</summary>
    public required IReadOnlyDictionary<string, double> Errors { get; init; }

    public required IReadOnlyList<string> Fp32Inputs { get; init; }

    public required int DevTexts { get; init; }

    public required double Agreement { get; init; }

    /// <summary>What the dev rows were judged by.</summary>
    public string? Figure { get; init; }

    public double? Before { get; init; }

    public double? After { get; init; }

    /// <summary>For people.</summary>
    public void WriteTable(TextWriter output)
    {
        Line($"{Output}: {OutputBytes:N0} bytes, {(double)OutputBytes / Bytes:P1} of {Model}");
        Line($"scales by {Method}; mean squared difference of the logits: {string.Join(", ", Errors.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:G3}")))}");
        Line($"in fp32 because int8 hurt: {(Fp32Inputs.Count == 0 ? "none" : string.Join(", ", Fp32Inputs))}");
        Line($"same answer as fp32 on {Agreement:P2} of {DevTexts:N0}");
        if (Before is not null) Line($"{Figure} {Before:F4} before, {After:F4} after");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
