namespace RctOnnx.Bench.Engine;

/// <summary>Which points the engine's benchmarks measure. In the environment, since BenchmarkDotNet measures in processes of its own.</summary>
public static class Grid
{
    private const string Variable = "RCTONNX_BENCH_FULL";

    /// <summary>Whether all points are measured, in place of a few.</summary>
    public static bool IsFull => Environment.GetEnvironmentVariable(Variable) == "1";

    /// <summary>Measures all points, in this process and in those that it starts.</summary>
    public static void MakeFull() => Environment.SetEnvironmentVariable(Variable, "1");

    /// <summary>The points of a parameter.</summary>
    public static T[] Of<T>(T[] few, T[] all) => IsFull ? all : few;
}
