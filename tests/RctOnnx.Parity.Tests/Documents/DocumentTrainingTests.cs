using RctOnnx.Onnx;
using RctOnnx.Parity.Tests.Training;
using RctOnnx.Runtime;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Parity.Tests.Documents;

/// <summary>Documents whose labels only the sentences around them tell.</summary>
[Collection(TorchCollection.Name)]
public sealed class DocumentTrainingTests : IDisposable
{
    private readonly SmallTask _task = new();

    public DocumentTrainingTests()
    {
        Write(_task.Train, 60, 1);
        Write(_task.Dev, 10, 2);
        Write(_task.Test, 10, 3);
    }

    public void Dispose() => _task.Dispose();

    // A sentence after "patients" is x, after "results" y, the first one is z.
    private static void Write(string path, int documents, int seed)
    {
        Random random = new(seed);
        List<string> lines = ["label\ttext\tdocument"];
        for (int document = 0; document < documents; document++)
        {
            string previous = "";
            for (int i = 0, count = random.Next(1, 9); i < count; i++)
            {
                string word = random.Next(2) == 0 ? "patients" : "results";
                lines.Add($"{(previous.Length == 0 ? "z" : previous == "patients" ? "x" : "y")}\t{word} {(char)('a' + random.Next(26))} .\td{document}");
                previous = word;
            }
        }
        File.WriteAllLines(path, lines);
    }

    private TrainSettings Settings(string output = "run") => _task.Settings(output) with
    {
        Documents = true,
        SentenceLength = 6,
        GroupColumn = "document",
        MaxLength = 24,
        Epochs = 30,
        LearningRate = 3e-3,
        Batch = 4,
    };

    [Fact]
    public void A_document_model_learns_from_neighbours_is_proven_and_answers_in_the_runtime_as_in_training()
    {
        TrainingOutcome outcome = TrainingRun.Execute(Settings(), resume: false, _ => { }, CancellationToken.None);
        double accuracy = outcome.Tests[0].Trained.Metrics.Accuracy;
        Assert.True(accuracy > 0.9, $"{accuracy:P1}");
        int rows = File.ReadLines(_task.Test).Count() - 1;
        Assert.Equal(new RuntimeAgreement(rows, rows), outcome.Runtime);
        Assert.Equal((Pooling.Separators, 6), (outcome.Model.Head.Pooling, outcome.Model.Document!.SentenceLength));
        Assert.InRange(outcome.Model.Proof!.LargestDifference, 0, 1e-4);
        using TextClassifier classifier = TextClassifier.Load(new RunFolder(Settings().Output).Model);
        Assert.Equal(["z", "x", "y", "y"], classifier.ClassifyDocument(["patients a .", "results b .", "results c .", "patients d ."]).Sentences.Select(one => one.Label));

        // Alone no sentence says what stood before it.
        TrainSettings alone = Settings("alone") with { Documents = false, Teacher = new RunFolder(Settings().Output).Model, TeacherWeight = 1, Epochs = 3 };
        double single = TrainingRun.Execute(alone, resume: false, _ => { }, CancellationToken.None).Tests[0].Trained.Metrics.Accuracy;
        Assert.True(single < 0.75, $"{single:P1}"); // a teacher that reads documents is asked in their context, and a student can still not know it
    }

    [Fact]
    public void A_stopped_run_ends_with_the_same_weights()
    {
        TrainSettings settings = Settings() with { Epochs = 3, EvaluateEvery = 5 };
        TrainingOutcome whole = TrainingRun.Execute(settings, resume: false, _ => { }, CancellationToken.None);
        TrainSettings parts = settings with { Output = _task.File("parts") };
        using CancellationTokenSource stop = new();
        string last = new RunFolder(parts.Output).Last;
        using Timer timer = new(_ => { if (Directory.Exists(last)) stop.Cancel(); }, null, 0, 2);
        Assert.ThrowsAny<OperationCanceledException>(() => TrainingRun.Execute(parts, resume: false, _ => { }, stop.Token));
        TrainingOutcome resumed = TrainingRun.Execute(parts, resume: true, _ => { }, CancellationToken.None);
        foreach ((string name, TensorData weight) in whole.Model.Weights) Assert.True(weight.Bytes.Span.SequenceEqual(resumed.Model.Weights[name].Bytes.Span), name);
    }

    [Fact]
    public void What_does_not_suit_documents_is_refused_together()
    {
        string message = Assert.Throws<SettingsException>(() => (Settings() with { Problem = ProblemType.Regression, Head = HeadChoice.Mean, Oversample = true, PairColumn = "b", SentenceLength = 99, NumberMasking = 2 }).Validate()).Message;
        foreach (string fault in (string[])["documents for a Regression task", "the head Mean for documents", "oversample for documents", "pair-column for documents", "sentence-length is 99", "number-masking is 2"])
            Assert.Contains(fault, message);
    }
}
