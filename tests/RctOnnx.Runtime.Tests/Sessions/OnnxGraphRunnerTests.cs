using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Sessions;

public class OnnxGraphRunnerTests
{
    private const int LabelCount = 3;

    private static readonly OnnxGraphRunnerOptions CpuOptions = new() { FuseSkipLayerNorm = false };

    private static int[][] Rows(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, 2 + random.Next(20)).Select(_ => random.Next(RandomModels.Vocabulary.Count)).ToArray())];
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Pooler)]
    [InlineData(Pooling.Mean)]
    [InlineData(Pooling.Max)]
    public void Run_cpu_dialect_gives_the_same_bits_alone_and_in_any_batch(Pooling pooling)
    {
        ModelArtifact artifact = RandomModels.Create(pooling: pooling);
        using OnnxGraphRunner runner = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(artifact, GraphDialect.CpuFp32), CpuOptions);
        int[][] rows = Rows(200, seed: 5);
        float[][] alone = [.. rows.Select(row => runner.Run([row], null, row.Length, 0, LabelCount))];

        foreach (int budget in (int[])[16, 100, 4096])
            foreach (PlannedBatch batch in BatchPlanner.EqualLengths([.. rows.Select(row => row.Length)], budget))
            {
                float[] together = runner.Run([.. batch.Rows.Select(row => rows[row])], null, batch.Length, 0, LabelCount);
                for (int i = 0; i < batch.Rows.Count; i++)
                    Assert.Equal(alone[batch.Rows[i]], together.AsSpan(i * LabelCount, LabelCount).ToArray());
            }
    }

    [Fact]
    public void Run_from_32_threads_equals_the_serial_answers()
    {
        ModelArtifact artifact = RandomModels.Create();
        using OnnxGraphRunner runner = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(artifact, GraphDialect.CpuFp32), CpuOptions);
        int[][] rows = Rows(64, seed: 6);
        float[][] serial = [.. rows.Select(row => runner.Run([row], null, row.Length, 0, LabelCount))];

        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, 32).Select(thread => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < 100; i++)
                {
                    int row = (thread * 31 + i * 7) % rows.Length;
                    Assert.Equal(serial[row], runner.Run([rows[row]], null, rows[row].Length, 0, LabelCount));
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();

        Assert.Null(failure);
    }

    [Theory]
    [InlineData(GraphOptimizationLevel.ORT_DISABLE_ALL)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_BASIC)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_EXTENDED)]
    [InlineData(GraphOptimizationLevel.ORT_ENABLE_ALL)]
    public void Run_portable_padded_batch_equals_the_cpu_dialect_at_every_level(GraphOptimizationLevel level)
    {
        ModelArtifact artifact = RandomModels.Create();
        using OnnxGraphRunner portable = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(artifact, GraphDialect.Portable), new() { OptimizationLevel = level });
        using OnnxGraphRunner cpu = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(artifact, GraphDialect.CpuFp32), CpuOptions);
        int[][] rows = Rows(8, seed: 7);

        float[] padded = portable.Run(rows, null, rows.Max(row => row.Length) + 3, 0, LabelCount);

        float[] expected = [.. rows.SelectMany(row => cpu.Run([row], null, row.Length, 0, LabelCount))];
        GoldenTensor.AssertClose(expected, padded, 1e-4, level.ToString());
    }

    [Fact]
    public void Run_unequal_rows_without_a_mask_are_refused()
    {
        using OnnxGraphRunner runner = OnnxGraphRunner.FromBytes(EncoderGraph.Emit(RandomModels.Create(), GraphDialect.CpuFp32), CpuOptions);

        Assert.Throws<ArgumentException>(() => runner.Run([[2, 3], [2, 4, 3]], null, 3, 0, LabelCount));
    }

    [Fact]
    public void FromBytes_no_model_at_all_is_refused_without_a_native_crash() =>
        Assert.Throws<ModelFileException>(() => OnnxGraphRunner.FromBytes([1, 2, 3, 4]));

    [Fact]
    public void FromBytes_an_output_that_is_not_there_names_those_that_are()
    {
        byte[] model = EncoderGraph.Emit(RandomModels.Create(), GraphDialect.Portable);

        ModelFileException e = Assert.Throws<ModelFileException>(() => OnnxGraphRunner.FromBytes(model, new() { Output = "scores" }));

        Assert.Contains("scores", e.Message);
        Assert.Contains("logits", e.Message);
    }

    [Theory]
    [InlineData("bert-tiny-random")]
    [InlineData("electra-tiny-random")]
    [Trait("Category", "Golden")]
    public void Run_foreign_model_gives_the_logits_of_its_exporter(string name)
    {
        string folder = SharedFolders.Golden("foreign-onnx", name);
        JsonElement expected = GoldenTensor.Parse(Path.Combine(folder, "expected.json"));
        JsonElement input = expected.GetProperty("input");
        int[][] padded = GoldenTensor.Rows(input.GetProperty("input_ids")), mask = GoldenTensor.Rows(input.GetProperty("attention_mask"));
        int[][] types = GoldenTensor.Rows(input.GetProperty("token_type_ids"));
        int[][] rows = [.. padded.Select((row, i) => row[..mask[i].Sum()])];
        int labelCount = expected.GetProperty("logits").GetProperty("shape")[1].GetInt32();
        string path = Path.Combine(folder, "model.onnx");
        Assert.True(ModelFile.Read(path).IsForeign);

        using OnnxGraphRunner runner = OnnxGraphRunner.FromFile(path);
        float[] logits = runner.Run(rows, types, padded[0].Length, 0, labelCount);

        GoldenTensor.AssertClose(GoldenTensor.Floats(expected.GetProperty("logits")), logits, 1e-4, name);
    }
}
