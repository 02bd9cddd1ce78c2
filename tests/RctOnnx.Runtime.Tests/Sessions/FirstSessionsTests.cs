using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Sessions;

/// <summary>Opening several sessions at once as the first thing that a process does.</summary>
public sealed class FirstSessionsTests
{
    private const int Openers = 16;

    [Fact]
    public async Task The_first_sessions_of_a_process_can_be_opened_at_once()
    {
        Assert.SkipUnless(OwnOperators.IsSupported, "This processor has no AVX-512.");
        for (int process = 0; process < 3; process++) // each is one chance that two of its sessions meet
            await TestProcess.RunAsync(TestProcess.Of(typeof(FirstSessionsTests), nameof(Open_at_once)), TestContext.Current.CancellationToken);
    }

    /// <summary>What the process does: not a test by itself.</summary>
    [Fact(Explicit = true)]
    public async Task Open_at_once()
    {
        ModelArtifact artifact = RandomModels.Create();
        GraphDialect dialect = EncoderGraph.CpuDialect(artifact, OwnOperators.IsSupported);
        byte[] graph = EncoderGraph.Emit(artifact, dialect); // before the start, so that nothing but the opening lies after it
        using Barrier start = new(Openers);
        float[][] logits = await Task.WhenAll(Enumerable.Range(0, Openers).Select(_ => Task.Factory.StartNew(() =>
        {
            start.SignalAndWait();
            using GraphRun run = new(graph, dialect);
            return run.Run([[2, 5, 3]]);
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        Assert.All(logits, one => Assert.Equal(logits[0], one));
    }
}
