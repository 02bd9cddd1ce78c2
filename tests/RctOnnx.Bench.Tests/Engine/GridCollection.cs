using Xunit;

namespace RctOnnx.Bench.Tests.Engine;

/// <summary>Tests that look at the environment, or at the memory that the process takes: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class GridCollection
{
    public const string Name = "grid";
}
