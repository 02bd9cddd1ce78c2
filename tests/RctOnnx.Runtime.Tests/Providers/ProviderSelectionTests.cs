using Microsoft.ML.OnnxRuntime;
using Xunit;

namespace RctOnnx.Runtime.Tests.Providers;

public class ProviderSelectionTests
{
    private static ExecutionProvider Missing
    {
        get
        {
            string[] present = OrtEnv.Instance().GetAvailableProviders();
            return present.Contains("CUDAExecutionProvider") ? ExecutionProvider.CoreMl : ExecutionProvider.Cuda;
        }
    }

    [Fact]
    public void Open_required_provider_that_is_missing_throws_with_cause_and_remedy()
    {
        ProviderException e = Assert.Throws<ProviderException>(() => ProviderSelection.Open(ProviderPolicy.Require(Missing), provider => provider));

        Assert.Contains(Missing.ToString(), e.Message);
        Assert.Contains("CPUExecutionProvider", e.Message);
        Assert.Equal(ExitCodes.ProviderUnavailable, e.ExitCode);
    }

    [Fact]
    public void Open_preferred_provider_that_is_missing_says_why_it_was_passed_over()
    {
        (ExecutionProvider opened, ProviderReport report) =
            ProviderSelection.Open(ProviderPolicy.Prefer(Missing, ExecutionProvider.Cpu), provider => provider);

        Assert.Equal(ExecutionProvider.Cpu, opened);
        Assert.Equal(ExecutionProvider.Cpu, report.Provider);
        Assert.Contains(Missing.ToString(), Assert.Single(report.PassedOver));
    }

    [Fact]
    public void Prefer_nothing_or_one_twice_is_refused()
    {
        Assert.Throws<SettingsException>(() => ProviderPolicy.Prefer());
        Assert.Throws<SettingsException>(() => ProviderPolicy.Prefer(ExecutionProvider.Cpu, ExecutionProvider.Cpu));
    }

    [Fact]
    public void CheckPlacement_nodes_on_the_cpu_alone_refuse_another_provider()
    {
        ProviderException e = Assert.Throws<ProviderException>(() =>
            ProviderSelection.CheckPlacement(ExecutionProvider.Cuda, new Dictionary<string, int> { ["CPUExecutionProvider"] = 12 }));

        Assert.Contains("12 on CPUExecutionProvider", e.Message);
        ProviderSelection.CheckPlacement(ExecutionProvider.Cuda, new Dictionary<string, int> { ["CUDAExecutionProvider"] = 1 });
    }
}
