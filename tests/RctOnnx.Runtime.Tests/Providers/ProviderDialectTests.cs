using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Providers;

/// <summary>Whole classifiers in the dialects of CUDA and CoreML, on the CPU.</summary>
public class ProviderDialectTests
{
    private static readonly string[] Texts =
        [.. Enumerable.Range(0, 150).Select(i => string.Join(' ', Enumerable.Range(0, i % 80).Select(k => (char)('a' + (i * 7 + k * 3) % 26))))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TextClassifier Load(ModelArtifact artifact, TextClassifierOptions options)
    {
        using TemporaryFolder folder = new();
        ModelFile.Write(folder.File("model.onnx"), artifact);
        return TextClassifier.Load(folder.File("model.onnx"), options);
    }

    private static void AssertClose(IReadOnlyList<Classification> expected, IReadOnlyList<Classification> found, double tolerance)
    {
        Assert.Equal(expected.Count, found.Count);
        for (int i = 0; i < expected.Count; i++)
            GoldenTensor.AssertClose([.. expected[i].Logits], [.. found[i].Logits], tolerance, $"text {i}");
    }

    public static TheoryData<GraphDialect, bool, PerformanceProfile> Ways => new()
    {
        { GraphDialect.CudaFp32, false, PerformanceProfile.Throughput },
        { GraphDialect.CudaFp32, true, PerformanceProfile.Throughput },
        { GraphDialect.CudaFp16, false, PerformanceProfile.Throughput },
        { GraphDialect.CudaFp16, true, PerformanceProfile.Latency },
        { GraphDialect.CoreMlFp32, false, PerformanceProfile.Throughput },
        { GraphDialect.CoreMlFp32, false, PerformanceProfile.Latency },
        { GraphDialect.CoreMlFp16, false, PerformanceProfile.Throughput },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public void Classify_texts_windows_and_pairs_as_the_cpu_dialect_does(GraphDialect dialect, bool recorded, PerformanceProfile profile)
    {
        ModelArtifact artifact = RandomModels.Create(pooling: Pooling.Mean) with { LongText = LongTextPolicy.Window };
        using TextClassifier cpu = Load(artifact, new());
        using TextClassifier other = Load(artifact, new() { Dialect = dialect, Profile = profile, BatchTokens = 500, Cuda = new CudaOptions { UseCudaGraphs = recorded } });
        double tolerance = dialect is GraphDialect.CudaFp16 or GraphDialect.CoreMlFp16 ? 2e-2 : 1e-4;
        TextPair[] pairs = [.. Texts.Take(40).Zip(Texts.Skip(40), (first, second) => new TextPair(first[..(first.Length / 3)], second[..(second.Length / 3)]))];

        AssertClose(cpu.Classify(Texts, Token), other.Classify(Texts, Token), tolerance);
        AssertClose(cpu.Classify(pairs, Token), other.Classify(pairs, Token), tolerance);
        Assert.Contains(other.Classify(Texts, Token), answer => answer.WindowCount > 1);
        Assert.Equal(dialect, other.Provider.Dialect);
        Assert.Equal("CPUExecutionProvider", Assert.Single(other.Provider.Nodes).Key);
    }

    [Fact]
    public void Default_on_the_cpu_reports_its_dialect_and_no_trial()
    {
        using TextClassifier cpu = Load(RandomModels.Create(), new());

        Assert.Equal(OwnOperators.IsSupported ? GraphDialect.CpuFp32Avx512 : GraphDialect.CpuFp32, cpu.Provider.Dialect);
        Assert.Empty(cpu.Provider.Nodes);
    }

    [Theory]
    [InlineData(GraphDialect.CudaFp16)]
    [InlineData(GraphDialect.CoreMlFp16)]
    public void Probes_allow_the_rounding_of_fp16_and_not_another_answer(GraphDialect dialect)
    {
        ModelArtifact artifact = RandomModels.Create();
        float[] logits;
        using (TextClassifier cpu = Load(artifact, new())) logits = [.. cpu.Classify("a b c").Logits];
        int[] ids = [2, .. "abc".Select(letter => 5 + letter - 'a'), 3];
        using (TextClassifier right = Load(artifact with { Probes = [new Probe("a b c", ids, logits)] }, new() { Dialect = dialect })) Assert.Equal(dialect, right.Provider.Dialect);
        logits[1] += 1;

        ProviderException e = Assert.Throws<ProviderException>(() => Load(artifact with { Probes = [new Probe("a b c", ids, logits)] }, new() { Dialect = dialect }));

        Assert.Contains(dialect.ToString(), e.Message);
    }

    [Theory]
    [InlineData(false, ExecutionProvider.Cuda, GraphDialect.CudaFp32, false, 1e-3)]
    [InlineData(false, ExecutionProvider.Cuda, GraphDialect.CudaFp32, true, 5e-2)]
    [InlineData(false, ExecutionProvider.Cpu, GraphDialect.CpuFp32, true, 1e-3)]
    [InlineData(false, ExecutionProvider.CoreMl, GraphDialect.CoreMlFp16, false, 5e-2)]
    [InlineData(true, ExecutionProvider.Cuda, GraphDialect.CudaFp16, false, 0.2)]
    public void Probes_allow_what_the_arithmetic_rounds(bool isInt8, ExecutionProvider provider, GraphDialect dialect, bool allowTf32, double expected) =>
        Assert.Equal(expected, ProbeCheck.Tolerance(isInt8, new ProviderReport(provider, []) { Dialect = dialect }, new CudaOptions { AllowTf32 = allowTf32 }), 1e-6);

    [Fact]
    public void Dialects_that_a_provider_or_file_cannot_run_are_refused_with_those_that_it_can()
    {
        foreach (ExecutionProvider provider in Enum.GetValues<ExecutionProvider>())
            foreach (bool isOwn in (bool[])[true, false])
                foreach (GraphDialect dialect in Enum.GetValues<GraphDialect>())
                {
                    IReadOnlyList<GraphDialect> possible = DialectChoice.Possible(provider, isOwn ? GraphDialect.CpuInt8 : GraphDialect.Portable, isOwn);
                    if (possible.Contains(dialect)) continue;
                    SettingsException e = Assert.Throws<SettingsException>(() => DialectChoice.Choose(dialect, provider, possible[0], isOwn));
                    Assert.All(possible, one => Assert.Contains(one.ToString(), e.Message));
                }
        Assert.Equal(GraphDialect.CudaFp16, DialectChoice.Choose(null, ExecutionProvider.Cuda, GraphDialect.CpuFp32, isOwn: true));
        Assert.Equal(GraphDialect.CoreMlFp16, DialectChoice.Choose(null, ExecutionProvider.CoreMl, GraphDialect.CpuInt8, isOwn: true));
        Assert.Equal(GraphDialect.Portable, DialectChoice.Choose(null, ExecutionProvider.Cuda, GraphDialect.Portable, isOwn: false));
        Assert.Equal(GraphDialect.CpuInt8, DialectChoice.Choose(null, ExecutionProvider.Cpu, GraphDialect.CpuInt8, isOwn: true));
    }

    [Fact]
    public void Options_that_do_not_fit_together_are_refused_before_anything_is_loaded()
    {
        SettingsException e = Assert.Throws<SettingsException>(() => Load(RandomModels.Create(), new()
        {
            Provider = ProviderPolicy.Prefer(ExecutionProvider.Cuda, ExecutionProvider.Cpu),
            Dialect = GraphDialect.CudaFp32,
            Cuda = new CudaOptions { DeviceId = -1 },
            CoreMl = new CoreMlOptions { BatchSize = 0 },
        }));

        Assert.Contains("CudaFp32", e.Message);
        Assert.Contains("DeviceId", e.Message);
        Assert.Contains("BatchSize", e.Message);
    }
}
