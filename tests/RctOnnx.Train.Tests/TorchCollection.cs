using Xunit;

namespace RctOnnx.Train.Tests;

/// <summary>Torch's generator and its count of live tensors belong to the process: tests that read them run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class TorchCollection
{
    public const string Name = "torch";
}
