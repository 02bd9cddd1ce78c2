using Xunit;

namespace RctOnnx.Parity.Tests;

/// <summary>Torch's generator belongs to the process: tests that train run one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class TorchCollection
{
    public const string Name = "torch";
}
