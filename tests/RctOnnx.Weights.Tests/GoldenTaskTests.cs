using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Weights.HuggingFace;
using Xunit;

namespace RctOnnx.Weights.Tests;

/// <summary>Checkpoints that answer questions, choose, and fill masks: imported by the name of their architecture, in every fp32 dialect.</summary>
[Trait("Category", "Golden")]
public class GoldenTaskTests
{
    private const double Tolerance = 1e-4;

    private static IEnumerable<string> Checkpoints(string head) => Directory.GetDirectories(SharedFolders.Golden("checkpoints"))
        .Where(folder => Directory.Exists(Path.Combine(folder, head))).Select(folder => Path.GetFileName(folder)).Order();

    [Fact]
    public void Question_answering_gives_the_reference_logits_of_every_token_in_every_dialect()
    {
        foreach (string checkpoint in Checkpoints("question_answering"))
        {
            (ModelArtifact model, JsonElement expected) = Load(checkpoint, "question_answering");
            Assert.Equal((ProblemType.QuestionAnswering, Pooling.Tokens), (model.ProblemType, model.Head.Pooling));
            float[] start = GoldenTensor.Floats(expected.GetProperty("start_logits_masked")), end = GoldenTensor.Floats(expected.GetProperty("end_logits_masked"));
            (int[][] rows, int[][] types) = Rows(expected.GetProperty("input"));
            int width = rows.Max(row => row.Length);
            foreach ((string dialect, float[] found) in EachRow(model, rows, types))
            {
                int place = 0;
                for (int row = 0; row < rows.Length; row++)
                    for (int token = 0; token < rows[row].Length; token++, place += 2)
                    {
                        Assert.Equal(start[row * width + token], found[place], Tolerance);
                        Assert.Equal(end[row * width + token], found[place + 1], Tolerance);
                    }
                Assert.True(place == found.Length, dialect);
            }
        }
    }

    [Fact]
    public void Multiple_choice_gives_the_reference_logit_of_every_pair_in_every_dialect()
    {
        foreach (string checkpoint in Checkpoints("multiple_choice"))
        {
            (ModelArtifact model, JsonElement expected) = Load(checkpoint, "multiple_choice");
            Assert.Equal(ProblemType.MultipleChoice, model.ProblemType);
            float[] logits = GoldenTensor.Floats(expected.GetProperty("logits")); // [questions, choices], a row a pair
            (int[][] rows, int[][] types) = Rows(Flat(expected.GetProperty("input")));
            foreach ((string dialect, float[] found) in EachRow(model, rows, types)) GoldenTensor.AssertClose(logits, found, Tolerance, $"{checkpoint} {dialect}");
        }
    }

    [Fact]
    public void Masked_lm_gives_the_reference_logits_at_masks_in_every_dialect_and_in_cpu_graphs_no_others()
    {
        foreach (string checkpoint in Checkpoints("masked_lm"))
        {
            (ModelArtifact model, JsonElement expected) = Load(checkpoint, "masked_lm");
            Assert.Equal((ProblemType.MaskedLm, HeadKind.MaskedLm), (model.ProblemType, model.Head.Kind));
            float[] logits = GoldenTensor.Floats(expected.GetProperty("logits_at_masked"));
            (int[][] rows, int[][] types) = Rows(expected.GetProperty("input"));
            int mask = model.Vocabulary.ToList().IndexOf("[MASK]");
            foreach (GraphDialect dialect in Dialects(model))
            {
                bool isCpu = EncoderGraph.IsCpu(dialect);
                float[] found = [.. rows.SelectMany((row, i) => Answers(model, dialect, row, types[i], width => At(width, row)))];
                GoldenTensor.AssertClose(logits, found, Tolerance, $"{checkpoint} {dialect}");

                float[] At(float[] all, int[] row) => isCpu || !row.Contains(mask) ? (row.Contains(mask) ? all : [])
                    : [.. row.Select((id, place) => (id, place)).Where(token => token.id == mask).SelectMany(token => all.AsSpan(token.place * model.AnswerWidth, model.AnswerWidth).ToArray())];
            }
        }
    }

    [Fact]
    public void Exported_folders_of_every_task_have_the_tensors_and_the_architecture_of_the_reference()
    {
        using TemporaryFolder folder = new();
        foreach (string head in (string[])["question_answering", "multiple_choice", "masked_lm"])
            foreach (string checkpoint in Checkpoints(head))
            {
                (ModelArtifact model, _) = Load(checkpoint, head);
                string output = folder.File($"{checkpoint}-{head}");
                HuggingFaceFolder.Write(output, model);
                Assert.Equal(HuggingFaceConfig.Read(SharedFolders.Golden("checkpoints", checkpoint, head)).ArchitectureName, HuggingFaceConfig.Read(output).ArchitectureName);
                IReadOnlyDictionary<string, TensorData> expected = CheckpointFolder.ReadTensors(SharedFolders.Golden("checkpoints", checkpoint, head)), written = CheckpointFolder.ReadTensors(output);
                Assert.Equal(expected.Keys.Order(), written.Keys.Order());
                foreach ((string name, TensorData tensor) in expected) Assert.Equal(tensor.ToFloats(), written[name].ToFloats());
            }
    }

    private static (ModelArtifact Model, JsonElement Expected) Load(string checkpoint, string head)
    {
        string folder = SharedFolders.Golden("checkpoints", checkpoint, head);
        HuggingFaceConfig config = HuggingFaceConfig.Read(folder);
        CheckpointTask task = CheckpointTask.Of(config)!;
        ImportedWeights imported = HuggingFaceNames.Import(config.Encoder, task.Head, task.Labels.Count, CheckpointFolder.ReadTensors(folder), problem: task.Problem);
        Assert.Empty(imported.MissingHead);
        Assert.Empty(imported.Ignored);
        ModelArtifact model = new()
        {
            Encoder = config.Encoder,
            Head = task.Head,
            ProblemType = task.Problem,
            Labels = task.Labels,
            MaxLength = config.Encoder.PositionCount,
            Tokenizer = new TokenizerSettings { LowerCase = true },
            Vocabulary = File.ReadAllLines(Path.Combine(folder, "vocab.txt")),
            Weights = imported.Weights,
        };
        return (model, GoldenTensor.Parse(SharedFolders.Golden("expected", checkpoint, head + ".json")));
    }

    private static IEnumerable<GraphDialect> Dialects(ModelArtifact model) => [GraphDialect.Portable, GraphDialect.CudaFp32, GraphDialect.CoreMlFp32, .. CpuDialects.Of(model)];

    // Every row by itself: padded where the graph has one shape, with other rows that is nobody's business here.
    private static IEnumerable<(string Dialect, float[] Found)> EachRow(ModelArtifact model, int[][] rows, int[][] types) =>
        Dialects(model).Select(dialect => (dialect.ToString(), rows.SelectMany((row, i) => Answers(model, dialect, row, types[i], all => all)).ToArray()));

    private static float[] Answers(ModelArtifact model, GraphDialect dialect, int[] row, int[] types, Func<float[], float[]> choose)
    {
        using GraphRun run = EncoderGraph.IsStatic(dialect) ? new(model, dialect, new StaticShape(2, 32), pairs: true) : new(model, dialect, pairs: true);
        float[] all = run.Run([row], types: [types]);
        return choose(EncoderGraph.IsStatic(dialect) && model.IsPerToken ? all[..(row.Length * model.AnswerWidth)] : all);
    }

    private static (int[][] Rows, int[][] Types) Rows(JsonElement input)
    {
        int[][] ids = GoldenTensor.Rows(input.GetProperty("input_ids")), mask = GoldenTensor.Rows(input.GetProperty("attention_mask")), types = GoldenTensor.Rows(input.GetProperty("token_type_ids"));
        int[][] real = [.. ids.Zip(mask, (row, shown) => row[..shown.Sum()])];
        return (real, [.. types.Zip(real, (row, cut) => row[..cut.Length])]);
    }

    // [questions, choices, sequence] → [questions × choices, sequence].
    private static JsonElement Flat(JsonElement input) => JsonSerializer.SerializeToElement(input.EnumerateObject()
        .ToDictionary(part => part.Name, part => part.Value.EnumerateArray().SelectMany(question => question.EnumerateArray()).ToArray()));
}
