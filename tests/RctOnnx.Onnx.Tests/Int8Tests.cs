using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

public class Int8Tests
{
    private static int[] Row(int length, int seed)
    {
        Random random = new(seed);
        return [2, .. Enumerable.Range(0, length - 2).Select(_ => random.Next(5, RandomModels.Vocabulary.Count)), 3];
    }

    private static ModelArtifact Quantized(ModelArtifact model, Func<string, bool>? wanted = null, int limit = ModelQuantizer.SafeLimit) =>
        ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).Select(point => point.Key).Where(wanted ?? (_ => true))
            .ToDictionary(point => point, _ => InputQuantization.OfRange(-4, 4)), limit);

    public static TheoryData<Architecture, Pooling, HeadKind, int, ProblemType> Models
    {
        get
        {
            TheoryData<Architecture, Pooling, HeadKind, int, ProblemType> data = [];
            foreach (Pooling pooling in RandomModels.TextPoolings)
                foreach (HeadKind head in RandomModels.TextHeads)
                    foreach (ProblemType problem in head == HeadKind.None ? [ProblemType.SingleLabel] : (ProblemType[])[ProblemType.SingleLabel, ProblemType.Ordinal])
                    {
                        data.Add(Architecture.Bert, pooling, head, 0, problem);
                        data.Add(Architecture.Electra, pooling, head, 10, problem);
                    }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Int8_graphs_of_both_dialects_agree_and_are_near_the_fp32_model(Architecture architecture, Pooling pooling, HeadKind head, int embedding, ProblemType problem)
    {
        ModelArtifact model = RandomModels.Create(architecture, pooling, head, problem: problem, embedding: embedding), int8 = Quantized(model);
        string output = head == HeadKind.None ? "features" : "logits";
        int[][] rows = [Row(9, 1), Row(9, 2), Row(9, 3)];
        using GraphRun fp32 = new(model, GraphDialect.Portable), portable = new(int8, GraphDialect.Portable);
        float[] expected = portable.Run(rows, output), exact = fp32.Run(rows, output);
        foreach (GraphDialect dialect in CpuDialects.Of(int8))
        {
            using GraphRun cpu = new(int8, dialect);
            float[] actual = cpu.Run(rows, output);
            Assert.True(Largest(expected, actual) < 0.05, $"dialects differ by {Largest(expected, actual)}");
            Assert.InRange(Largest(exact, actual), 1e-6, 0.5);
        }
    }

    [Theory]
    [InlineData("attention.input")]
    [InlineData("attention.output.input")]
    [InlineData("feed_forward.intermediate.input")]
    [InlineData("feed_forward.output.input")]
    [InlineData("nothing")]
    public void Int8_graphs_with_only_some_inputs_in_int8_agree(string kept)
    {
        ModelArtifact int8 = Quantized(RandomModels.Create(), point => point.EndsWith(kept, StringComparison.Ordinal));
        using GraphRun portable = new(int8, GraphDialect.Portable);
        foreach (GraphDialect dialect in CpuDialects.Of(int8))
        {
            using GraphRun cpu = new(int8, dialect);
            Assert.True(Largest(portable.Run([Row(12, 4)]), cpu.Run([Row(12, 4)])) < 0.05);
        }
    }

    [Theory]
    [InlineData(Pooling.Cls)]
    [InlineData(Pooling.Mean)]
    public void Int8_graph_gives_the_same_bits_alone_and_in_any_batch(Pooling pooling)
    {
        ModelArtifact int8 = Quantized(RandomModels.Create(pooling: pooling, hidden: 96, heads: 4));
        foreach (GraphDialect dialect in CpuDialects.Of(int8))
        {
            using GraphRun cpu = new(int8, dialect);
            foreach (int length in (int[])[2, 7, 30])
            {
                int[][] rows = [.. Enumerable.Range(0, 9).Select(seed => Row(length, seed))];
                float[] together = cpu.Run(rows);
                for (int row = 0; row < rows.Length; row++) Assert.Equal(together.AsSpan(row * 3, 3).ToArray(), cpu.Run([rows[row]]));
            }
        }
    }

    [Fact]
    public void Int8_graph_of_pairs_uses_token_types()
    {
        ModelArtifact int8 = Quantized(RandomModels.Create(pooling: Pooling.Mean));
        int[][] rows = [Row(8, 1)], types = [[0, 0, 0, 0, 1, 1, 1, 1]];
        using GraphRun portable = new(int8, GraphDialect.Portable);
        foreach (GraphDialect dialect in CpuDialects.Of(int8))
        {
            using GraphRun cpu = new(int8, dialect, pairs: true);
            Assert.True(Largest(portable.Run(rows, types: types), cpu.Run(rows, types: types)) < 0.05);
        }
    }

    [Fact]
    public void Dialects_of_the_other_precision_are_refused()
    {
        ModelArtifact model = RandomModels.Create();
        Assert.Contains("CpuFp32", Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(model, GraphDialect.CpuInt8)).Message);
        Assert.Contains("CpuInt8", Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(Quantized(model), GraphDialect.CpuFp32)).Message);
        Assert.Contains("CpuFp32", Assert.Throws<ModelFileException>(() => EncoderGraph.Emit(model, GraphDialect.CpuInt8Avx512)).Message);
    }

    [Theory]
    [InlineData(ModelQuantizer.SafeLimit)]
    [InlineData(127)]
    public void Quantize_keeps_weights_within_the_limit_and_half_a_step_of_their_values(int limit)
    {
        ModelArtifact model = RandomModels.Create(), int8 = Quantized(model, limit: limit);
        foreach (string layer in QuantizationPoints.Of(model.Encoder).SelectMany(point => point.Value))
        {
            TensorData weight = int8.Weights[TensorNames.Weight(layer)];
            int largest = weight.Bytes.ToArray().Max(value => Math.Abs((int)(sbyte)value));
            Assert.Equal(limit, largest);
            float half = weight.Scales!.Values.Max() / 2 * 1.001f;
            Assert.True(Largest(model.Weights[TensorNames.Weight(layer)].ToFloats(), weight.ToFloats()) <= half);
        }
        Assert.Equal(TensorType.Float32, int8.Weights[TensorNames.Weight(TensorNames.HeadOutput)].Type);
        Assert.Throws<ModelFileException>(() => Quantized(int8));
    }

    [Fact]
    public void Weights_beyond_the_limit_of_the_file_are_refused_and_127_is_kept_through_files()
    {
        ModelArtifact wide = Quantized(RandomModels.Create(), limit: 127);
        Assert.Contains("beyond ±64", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(wide with { WeightLimit = ModelQuantizer.SafeLimit })).Message);
        Assert.Contains("weight limit of 100", Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(wide with { WeightLimit = 100 })).Message);
        using TemporaryFolder folder = new();
        ModelFile.Write(folder.File("wide.onnx"), wide);
        ModelFile.WriteCompiled(folder.File("compiled.onnx"), ModelFile.Read(folder.File("wide.onnx")), GraphDialect.CpuInt8, "1.31.1");
        Assert.Equal(127, ModelFile.Read(folder.File("wide.onnx")).Artifact!.WeightLimit);
        Assert.Equal(127, ModelFile.Read(folder.File("compiled.onnx")).Description!.WeightLimit);
        Assert.Equal(ModelQuantizer.SafeLimit, ModelQuantizer.Dequantize(wide).WeightLimit);
    }

    [Fact]
    public void Matrix_of_zeros_stays_zeros()
    {
        TensorData matrix = ModelQuantizer.Matrix(TensorData.FromFloats(new float[6], 2, 3), axis: 1, 64);
        Assert.Equal(new float[6], matrix.ToFloats());
    }

    [Theory]
    [InlineData(-1.0, 3.0)]
    [InlineData(0.5, 2.0)]
    [InlineData(-7.0, -2.0)]
    [InlineData(0.0, 0.0)]
    public void OfRange_represents_zero_exactly_and_covers_the_range(double lowest, double highest)
    {
        InputQuantization input = InputQuantization.OfRange(lowest, highest);
        Assert.True(input.Scale > 0);
        Assert.True((0 - input.ZeroPoint) * (double)input.Scale <= Math.Min(lowest, 0) + input.Scale);
        Assert.True((255 - input.ZeroPoint) * (double)input.Scale >= Math.Max(highest, 0) - input.Scale);
    }

    [Fact]
    public void Histogram_gives_the_whole_range_or_cuts_outliers()
    {
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, 100_000).Select(_ => (float)(random.NextDouble() * 2 - 1)), 50f];
        ActivationHistogram histogram = new();
        histogram.Widen(values);
        histogram.Count(values);
        Assert.Equal(51f / 255, histogram.MinMax().Scale, 1e-3f);
        Assert.InRange(histogram.Percentile(0.999).Scale, 1.9f / 255, 2.2f / 255);
        Assert.True(histogram.LeastSquares().Scale < histogram.MinMax().Scale);
        Assert.Equal(50f, histogram.Highest);
    }

    [Fact]
    public void Int8_model_file_reads_back_bit_for_bit()
    {
        ModelArtifact int8 = Quantized(RandomModels.Create(Architecture.Electra, embedding: 10), point => !point.Contains("layer.1", StringComparison.Ordinal));
        string path = Path.Combine(Directory.CreateTempSubdirectory("int8").FullName, "model.onnx");
        ModelFile.Write(path, int8);
        ModelArtifact read = ModelFile.Read(path).Artifact!;
        Assert.Equal(int8.Inputs.OrderBy(pair => pair.Key), read.Inputs.OrderBy(pair => pair.Key));
        foreach ((string name, TensorData weight) in int8.Weights)
        {
            Assert.Equal(weight.Type, read.Weights[name].Type);
            Assert.Equal(weight.ToFloats(), read.Weights[name].ToFloats());
        }
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Artifacts_with_scales_that_do_not_fit_are_refused()
    {
        ModelArtifact int8 = Quantized(RandomModels.Create());
        string layer = TensorNames.Weight(TensorNames.Intermediate(0)), head = TensorNames.Weight(TensorNames.HeadOutput);
        Refused(int8 with { Inputs = new Dictionary<string, InputQuantization> { ["nowhere.input"] = new(1, 0) } }, "nowhere.input");
        Refused(int8 with { Inputs = int8.Inputs.ToDictionary(pair => pair.Key, pair => new InputQuantization(float.NaN, 0)) }, "NaN");
        Refused(Replaced(layer, RandomModels.Create().Weights[layer]), "without int8 weights");
        Refused(Replaced(head, ModelQuantizer.Matrix(int8.Weights[head], 1, 64)), "never int8");
        Refused(Replaced(layer, ModelQuantizer.Matrix(int8.Weights[layer], 0, 64)), "axis 0");
        Assert.Throws<ModelFileException>(() => TensorData.Quantized(new byte[6], [2, 3], new QuantizationScales(1, [1f, 1f])));

        ModelArtifact Replaced(string name, TensorData weight) => int8 with { Weights = new Dictionary<string, TensorData>(int8.Weights) { [name] = weight } };

        static void Refused(ModelArtifact artifact, string word) =>
            Assert.Contains(word, Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(artifact)).Message);
    }

    private static double Largest(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
