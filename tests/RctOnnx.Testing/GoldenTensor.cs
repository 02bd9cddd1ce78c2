using System.Text.Json;
using Xunit;

namespace RctOnnx.Testing;

/// <summary>Reads the JSON of reference outputs.</summary>
public static class GoldenTensor
{
    /// <summary>The values of <c>{shape, data}</c> in row-major order.</summary>
    public static float[] Floats(JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];

    /// <summary>A list of lists of numbers.</summary>
    public static int[][] Rows(JsonElement rows) => [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(value => value.GetInt32()).ToArray())];

    /// <summary>Parses a file.</summary>
    public static JsonElement Parse(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    /// <summary>Asserts that every value is within an absolute tolerance.</summary>
    public static void AssertClose(float[] expected, float[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{what}, value {i}: expected {expected[i]}, found {actual[i]}");
    }
}
