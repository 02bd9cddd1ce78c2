using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Onnx.Tests;

/// <summary>Models that answer questions, choose and fill masks: files and graphs.</summary>
public sealed class KindGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_of_every_task_is_written_compiled_and_read_back_with_the_outputs_of_its_task()
    {
        foreach ((ModelArtifact model, string[] portable, string[] compiled) in new[]
        {
            (RandomModels.Questions(), new[] { "batch", "sequence", "2" }, new[] { "batch", "sequence", "2" }),
            (RandomModels.Choices(Architecture.Electra), ["batch", "1"], ["batch", "1"]),
            (RandomModels.Masks(Architecture.Electra, 10), ["batch", "sequence", $"{RandomModels.Vocabulary.Count}"], ["masks", $"{RandomModels.Vocabulary.Count}"]),
        })
        {
            ModelFile.Write(_folder.File("model.onnx"), model);
            ModelFileContent read = ModelFile.Read(_folder.File("model.onnx"));
            Assert.Equal((model.ProblemType, model.Head), (read.Description!.ProblemType, read.Description.Head));
            Assert.Equal(["logits"], read.Signature.Outputs.Select(output => output.Name));
            Assert.Equal(portable, read.Signature.Outputs[0].Dimensions);
            foreach (GraphDialect dialect in CpuDialects.Of(model))
            {
                ModelFile.WriteCompiled(_folder.File("compiled.onnx"), read, dialect, "1.31.1");
                Assert.Equal(compiled, ModelFile.Read(_folder.File("compiled.onnx")).Signature.Outputs[0].Dimensions);
            }
        }
    }

    [Fact]
    public void Cpu_graphs_of_a_masked_language_model_answer_for_masks_alone_in_their_order_as_the_portable_graph_does()
    {
        foreach (ModelArtifact model in new[] { RandomModels.Masks(), RandomModels.Masks(Architecture.Electra, 10) })
        {
            int mask = 4, width = model.AnswerWidth;
            int[][] rows = [[2, mask, 9, 10, mask, 3], [2, 8, 9, 10, 11, 3], [mask, 5, 6, 7, 8, mask]];
            using GraphRun portable = new(model, GraphDialect.Portable);
            float[] all = portable.Run(rows);
            float[] expected = [.. rows.SelectMany(row => row).Select((id, place) => (id, place)).Where(token => token.id == mask).SelectMany(token => all.AsSpan(token.place * width, width).ToArray())];
            foreach (GraphDialect dialect in CpuDialects.Of(model))
            {
                using GraphRun cpu = new(model, dialect);
                // The wrapper gives the part of as many rows as were passed, which here is all.
                float[] together = cpu.Run(rows);
                GoldenTensor.AssertClose(expected, together, 5e-5, $"{dialect}");
                GoldenTensor.AssertClose(together[..(2 * width)], cpu.Run(rows[..1]), 0, $"{dialect}, the first row alone");
            }
        }
    }

    [Fact]
    public void Parts_that_do_not_make_a_task_are_refused_by_name()
    {
        Assert.Contains("Tokens belongs to QuestionAnswering", Fault(RandomModels.Questions() with { ProblemType = ProblemType.SingleLabel }));
        Assert.Contains("expected Linear with 2", Fault(RandomModels.Create(pooling: Pooling.Tokens, problem: ProblemType.QuestionAnswering)));
        Assert.Contains("one logit a pair", Fault(RandomModels.Choices() with { Labels = ["a", "b"] }));
        Assert.Contains("belongs to MaskedLm", Fault(RandomModels.Create(pooling: Pooling.Masks)));
        Assert.Contains("without the mask token", Fault(RandomModels.Masks() with { Tokenizer = new TokenizerSettings { LowerCase = true, MaskToken = "<mask>" } }));
        Assert.Contains("which has none", Fault(RandomModels.Questions() with { Calibration = new Calibration { Temperature = 2 } }));

        static string Fault(ModelArtifact model) => Assert.Throws<ModelFileException>(() => ArtifactCheck.Validate(model)).Message;
    }

    [Fact]
    public void Int8_graphs_of_both_dialects_agree_and_are_near_the_fp32_model_and_a_file_holds_its_word_table_once()
    {
        int[][] rows = [[2, 4, 9, 10, 4, 3], [2, 4, 8, 9, 4, 3]]; // as many masks each: the wrapper cuts what comes out by rows
        foreach (ModelArtifact model in new[] { RandomModels.Questions(), RandomModels.Choices(), RandomModels.Choices(Architecture.Electra), RandomModels.Masks(), RandomModels.Masks(Architecture.Electra, 10) })
        {
            ModelArtifact int8 = ModelQuantizer.Quantize(model, QuantizationPoints.Of(model.Encoder).ToDictionary(point => point.Key, _ => InputQuantization.OfRange(-4, 4)));
            bool masks = model.ProblemType == ProblemType.MaskedLm;
            using GraphRun fp32 = new(model, GraphDialect.Portable), portable = new(int8, GraphDialect.Portable);
            float[] exact = Answers(fp32.Run(rows)), expected = Answers(portable.Run(rows));
            foreach (GraphDialect dialect in CpuDialects.Of(int8))
            {
                using GraphRun cpu = new(int8, dialect);
                float[] actual = cpu.Run(rows);
                Assert.Equal(expected.Length, actual.Length);
                GoldenTensor.AssertClose(expected, actual, 0.05, $"{model.ProblemType}, {dialect}");
                GoldenTensor.AssertClose(exact, actual, 0.5, $"{model.ProblemType}, {dialect} against fp32");
            }
            Assert.NotEqual(exact, expected);
            ModelFile.Write(_folder.File("int8.onnx"), int8);
            Assert.Equal(int8.Inputs.Count, ModelFile.Read(_folder.File("int8.onnx")).RequireArtifact().Inputs.Count);
            Assert.DoesNotContain(EncoderGraph.Build(int8, GraphDialect.Portable).Graph.Initializer, tensor => tensor.DataType != (int)Protobuf.TensorProto.Types.DataType.Int8 && tensor.Dims.Count == 2 && tensor.Dims.Contains(model.Encoder.VocabularySize) && !tensor.Dims.Contains(1));

            float[] Answers(float[] all) => masks
                ? [.. rows.SelectMany(row => row).Select((id, place) => (id, place)).Where(token => token.id == 4).SelectMany(token => all.AsSpan(token.place * model.AnswerWidth, model.AnswerWidth).ToArray())]
                : all;
        }
    }
}
