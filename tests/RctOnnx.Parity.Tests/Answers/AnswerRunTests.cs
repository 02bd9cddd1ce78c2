using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using RctOnnx.Train.Answers;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Export;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Answers;

/// <summary>Questions and choices that a tiny encoder learns in seconds, the whole way.</summary>
[Collection(TorchCollection.Name)]
public sealed class AnswerRunTests : IDisposable
{
    private static readonly string[] Words = ["patients", "results"];
    private readonly TemporaryFolder _folder = new();

    public AnswerRunTests() => ModelFile.Write(_folder.File("base.onnx"), RandomModels.Create(head: HeadKind.None, pooling: Pooling.Mean, seed: 3));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    private TrainSettings Settings(ProblemType problem, string output = "run") => new()
    {
        Base = _folder.File("base.onnx"),
        Problem = problem,
        Train = [_folder.File("train.jsonl")],
        Dev = _folder.File("dev.jsonl"),
        Test = [_folder.File("test.jsonl")],
        Output = _folder.File(output),
        Epochs = 6,
        Batch = 8,
        LearningRate = 3e-3,
        MaxLength = 32,
        Device = DeviceChoice.Cpu,
    };

    private AnswerOutcome Run(TrainSettings settings, List<string>? said = null) => AnswerRun.Execute(settings, resume: false, line => said?.Add(line), Token);

    // The answer is the word of the question where it stands in the context, among letters and beside the other word.
    private void WriteQuestions(string file, int count, int seed, int length = 10, double unanswerable = 0)
    {
        Random random = new(seed);
        File.WriteAllLines(_folder.File(file), Enumerable.Range(0, count).Select(_ =>
        {
            string word = Words[random.Next(2)];
            List<string> words = [.. Enumerable.Range(0, random.Next(length / 2, length)).Select(_ => ((char)('a' + random.Next(26))).ToString())];
            bool isIn = random.NextDouble() >= unanswerable;
            foreach (string one in Words)
                if (isIn || one != word) words.Insert(random.Next(words.Count + 1), one);
            string context = string.Join(' ', words);
            return JsonSerializer.Serialize(new { question = $"the {word} .", context, answer = isIn ? word : null, start = isIn ? context.IndexOf(word, StringComparison.Ordinal) : 0 });
        }));
    }

    // The right choice holds the word of the prompt.
    private void WriteChoices(string file, int count, int seed)
    {
        Random random = new(seed);
        File.WriteAllLines(_folder.File(file), Enumerable.Range(0, count).Select(_ =>
        {
            string word = Words[random.Next(2)], other = Words.First(one => one != word);
            int choices = random.Next(2, 4), label = random.Next(choices);
            return JsonSerializer.Serialize(new { prompt = $"the {word}", choices = Enumerable.Range(0, choices).Select(i => $"{(char)('a' + random.Next(26))} {(i == label ? word : other)} {(char)('a' + random.Next(26))}"), label });
        }));
    }

    [Fact]
    public void Question_answering_is_learnt_proven_and_answered_in_the_runtime_as_in_training()
    {
        WriteQuestions("train.jsonl", 240, 1);
        WriteQuestions("dev.jsonl", 20, 2);
        WriteQuestions("test.jsonl", 40, 3);
        AnswerOutcome outcome = Run(Settings(ProblemType.QuestionAnswering));
        (_, AnswerFigures before, AnswerFigures after) = Assert.Single(outcome.Tests);
        Assert.True(after[MetricName.ExactMatch] > 0.8 && before[MetricName.ExactMatch] < 0.4, $"{before} before, {after} after");
        Assert.True(after[MetricName.TokenF1] >= after[MetricName.ExactMatch]);
        Assert.True(after.Loss < before.Loss / 2);
        Assert.Equal(new RuntimeAgreement(40, 40), outcome.Runtime);
        JsonElement evaluation = JsonDocument.Parse(File.ReadLines(new RunFolder(_folder.File("run")).Log).Last()).RootElement;
        Assert.Equal(outcome.Dev![MetricName.TokenF1], evaluation.GetProperty("others").GetProperty("token_f1").GetDouble(), 9);
        Assert.InRange(outcome.Model.Proof!.LargestDifference, 0, ExportProof.Tolerance);
        Assert.True(outcome.Model.Proof.PairCount > 12); // those of the task besides the built-in ones
        ModelDescription read = ModelFile.Read(new RunFolder(_folder.File("run")).Model).Description!;
        Assert.Equal((ProblemType.QuestionAnswering, Pooling.Tokens, HeadKind.Linear), (read.ProblemType, read.Head.Pooling, read.Head.Kind));
        Assert.Equal(240, (int)read.Training!["train_questions"]!);
        using JsonDocument metrics = JsonDocument.Parse(File.ReadAllText(new RunFolder(_folder.File("run")).Metrics));
        Assert.Equal(after[MetricName.ExactMatch], metrics.RootElement.GetProperty("sets").GetProperty("test").GetProperty("trained").GetProperty("exact_match").GetDouble());

        // The head is trained further; labels of texts get a new one from the same file.
        TrainSettings further = Settings(ProblemType.QuestionAnswering) with { Base = new RunFolder(_folder.File("run")).Model };
        Assert.True(TrainingBase.Load(further, AnswerTasks.LabelsOf(ProblemType.QuestionAnswering)).KeepsHead);
        TrainingBase labels = TrainingBase.Load(further with { Problem = ProblemType.SingleLabel }, ["a", "b"]);
        Assert.Equal((false, Pooling.Cls), (labels.KeepsHead, labels.Artifact.Head.Pooling));
    }

    [Fact]
    public void Contexts_over_the_limit_are_cut_or_read_in_windows_and_an_answer_that_is_cut_off_is_cls()
    {
        WriteQuestions("train.jsonl", 40, 1, length: 90);
        WriteQuestions("dev.jsonl", 4, 2);
        WriteQuestions("test.jsonl", 30, 3, length: 90);
        TrainSettings settings = Settings(ProblemType.QuestionAnswering) with { Steps = 2 };
        List<string> cut = [], windows = [], wide = [];
        AnswerOutcome first = Run(settings with { Output = _folder.File("cut") }, cut);
        AnswerOutcome second = Run(settings with { Output = _folder.File("windows"), LongText = LongTextPolicy.Window }, windows);
        Run(settings with { Output = _folder.File("wide"), LongText = LongTextPolicy.Window, WindowOverlap = 20 }, wide);
        Assert.Contains(cut, line => line.StartsWith("train: 40 questions (0 without an answer) in 40 rows", StringComparison.Ordinal) && !line.Contains("answers of 0 are cut"));
        Assert.Contains(windows, line => line.StartsWith("train: 40 questions", StringComparison.Ordinal) && line.Contains("answers of 0 are cut"));
        Assert.True(Rows(wide) > Rows(windows) && Rows(windows) > 40, $"{Rows(wide)}, {Rows(windows)}");
        Assert.Equal((LongTextPolicy.Truncate, LongTextPolicy.Window), (first.Model.LongText, second.Model.LongText));
        Assert.Equal((30, 30), (first.Runtime!.Agreed, second.Runtime!.Agreed));
        AnswerOutcome brief = Run(settings with { Output = _folder.File("brief"), MaxAnswerLength = 1 });
        Assert.NotEqual(first.Tests[0].Untrained[MetricName.TokenF1], brief.Tests[0].Untrained[MetricName.TokenF1]);

        static int Rows(List<string> lines) => int.Parse(lines.First(line => line.StartsWith("train:", StringComparison.Ordinal)).Split("in ")[1].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Questions_without_an_answer_are_learnt_as_cls()
    {
        WriteQuestions("train.jsonl", 300, 1, unanswerable: 0.5);
        WriteQuestions("dev.jsonl", 20, 2, unanswerable: 0.5);
        WriteQuestions("test.jsonl", 40, 3, unanswerable: 0.5);
        AnswerOutcome outcome = Run(Settings(ProblemType.QuestionAnswering));
        Assert.True(outcome.Tests[0].Trained[MetricName.ExactMatch] > 0.7, $"{outcome.Tests[0].Trained}");
        Assert.Equal(new RuntimeAgreement(40, 40), outcome.Runtime);
        using QuestionAnswerer answerer = QuestionAnswerer.Load(new RunFolder(_folder.File("run")).Model, new QuestionAnswererOptions { NoAnswerThreshold = 0 });
        Assert.Equal("patients", answerer.Answer("the patients .", "a b patients c results d").Text);
        Assert.Null(answerer.Answer("the patients .", "a b c results d e").Best);
    }

    [Fact]
    public void Multiple_choice_is_learnt_proven_and_chosen_in_the_runtime_as_in_training()
    {
        WriteChoices("train.jsonl", 240, 1);
        WriteChoices("dev.jsonl", 20, 2);
        WriteChoices("test.jsonl", 40, 3);
        AnswerOutcome outcome = Run(Settings(ProblemType.MultipleChoice));
        (_, AnswerFigures before, AnswerFigures after) = Assert.Single(outcome.Tests);
        Assert.True(after[MetricName.Accuracy] > 0.85 && after.Loss < before.Loss, $"{before} before, {after} after");
        Assert.Equal(new RuntimeAgreement(40, 40), outcome.Runtime);
        using ChoiceSelector selector = ChoiceSelector.Load(new RunFolder(_folder.File("run")).Model);
        Assert.Equal(1, selector.Select("the results", ["a patients b", "a results b"]).Index);
    }

    [Fact]
    public void Columns_of_other_names_are_the_same_data()
    {
        WriteQuestions("train.jsonl", 10, 1);
        TrainSettings questions = Settings(ProblemType.QuestionAnswering) with { Dev = null, Test = [], Steps = 1 };
        string expected = Hash(questions with { Output = _folder.File("q1") });
        Rename("question", "context", "answer", "start");
        Assert.Equal(expected, Hash(questions with { Output = _folder.File("q2"), QuestionColumn = "x_question", ContextColumn = "x_context", AnswerColumn = "x_answer", StartColumn = "x_start" }));
        WriteChoices("train.jsonl", 10, 1);
        TrainSettings choices = questions with { Problem = ProblemType.MultipleChoice };
        expected = Hash(choices with { Output = _folder.File("c1") });
        Rename("prompt", "choices", "label");
        Assert.Equal(expected, Hash(choices with { Output = _folder.File("c2"), PromptColumn = "x_prompt", ChoicesColumn = "x_choices", LabelColumn = "x_label" }));

        string Hash(TrainSettings settings) => (string)Run(settings).Model.Training!["train_hash"]!;

        void Rename(params string[] names)
        {
            string text = File.ReadAllText(_folder.File("train.jsonl"));
            foreach (string name in names) text = text.Replace($"\"{name}\":", $"\"x_{name}\":", StringComparison.Ordinal);
            File.WriteAllText(_folder.File("train.jsonl"), text);
        }
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on_to_the_same_weights()
    {
        WriteChoices("train.jsonl", 40, 1);
        WriteChoices("dev.jsonl", 10, 2);
        TrainSettings settings = Settings(ProblemType.MultipleChoice, "whole") with { Test = [], Epochs = 2, CheckpointEvery = 1 };
        AnswerOutcome whole = Run(settings);
        StopAtCheckpoint.Run(_folder.File("parts"), whole.Steps, stop => AnswerRun.Execute(settings with { Output = _folder.File("parts") }, false, _ => { }, stop));
        AnswerOutcome parts = AnswerRun.Execute(settings with { Output = _folder.File("parts") }, true, _ => { }, Token);
        foreach ((string name, TensorData weight) in whole.Model.Weights) Assert.Equal(weight.ToFloats(), parts.Model.Weights[name].ToFloats());
    }

    [Fact]
    public void Settings_that_do_not_fit_are_refused_by_name()
    {
        TrainSettings questions = Settings(ProblemType.QuestionAnswering), choices = Settings(ProblemType.MultipleChoice);
        foreach ((TrainSettings settings, string fault) in new[]
        {
            (questions with { TextColumn = "t" }, "text-column"), (questions with { PairColumn = "t" }, "pair-column"), (questions with { Dev = null, DevShare = 0.1 }, "give files"),
            (questions with { Head = HeadChoice.Mlp }, "the head Mlp"), (questions with { WindowOverlap = 3 }, "window-overlap"), (questions with { LongText = LongTextPolicy.Window, WindowOverlap = questions.MaxLength - 2 }, "window-overlap"), (questions with { MaxAnswerLength = 0, }, "max-answer-length"),
            (questions with { Calibrate = true }, "calibrate"), (questions with { BestMetric = MetricName.Accuracy }, "best-metric"), (questions with { Documents = true }, "documents"),
            (choices with { Encoders = EncoderChoice.Shared }, "one encoder reads both"), (choices with { LongText = LongTextPolicy.Window }, "windows"), (choices with { QuestionColumn = "q" }, "question_answering"), (questions with { PromptColumn = "p" }, "multiple_choice"),
            (questions with { Problem = ProblemType.MaskedLm }, "pretrain"), (questions with { DataFormat = Data.DataFormat.Tsv }, "JSONL"), (questions with { LabelSmoothing = 0.1 }, "label-smoothing"),
        })
            Assert.Contains(fault, Assert.Throws<SettingsException>(settings.Validate).Message);
        Assert.Contains("rctonnx-train train", Assert.Throws<SettingsException>(() => TrainingRun.Execute(questions, false, _ => { }, Token)).Message);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Reference_checkpoints_of_every_task_are_exported_with_proof_and_run()
    {
        string[] heads = ["question_answering", "multiple_choice", "masked_lm"];
        string[] folders = [.. Directory.GetDirectories(SharedFolders.Golden("checkpoints")).SelectMany(Directory.GetDirectories).Where(folder => heads.Contains(Path.GetFileName(folder))).Order()];
        Assert.NotEmpty(folders);
        foreach (string folder in folders)
        {
            string path = _folder.File("model.onnx");
            ModelArtifact proven = ModelExport.Write(path, BaseModel.Load(folder), token: Token);
            Assert.InRange(proven.Proof!.LargestDifference, 0, ExportProof.Tolerance);
            Assert.True(proven.Proof.PairCount > 0);
            using IDisposable loaded = ModelKinds.Load(path, proven.ProblemType, new TextClassifierOptions { Threads = 1 });
            Assert.Contains("rctonnx", Assert.Throws<ModelFileException>(() => BaseModel.LoadClassifier(path)).Message);
            Assert.Throws<ModelFileException>(() => BaseModel.LoadClassifier(folder));
        }
    }

    [Fact]
    public void A_graph_whose_head_for_masks_differs_is_refused()
    {
        ModelArtifact artifact = RandomModels.Masks();
        float[] bias = artifact.Weights[TensorNames.MaskedOutputBias].ToFloats();
        bias[7] += 0.01f;
        ModelFile.Write(_folder.File("model.onnx"), artifact with { Weights = new Dictionary<string, TensorData>(artifact.Weights) { [TensorNames.MaskedOutputBias] = TensorData.FromFloats(bias, bias.Length) } });
        Assert.Contains("piece 7", Assert.Throws<GateException>(() => new ExportProof(artifact, new ModelExportOptions(), Token).Run(_folder.File("model.onnx"), Token)).Message);
    }
}
