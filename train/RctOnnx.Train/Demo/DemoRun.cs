using RctOnnx.Runtime;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Demo;

/// <summary>The whole product in a minute: the shipped model for whole abstracts is fine-tuned on the sample, exported with proof, and asked.</summary>
internal static class DemoRun
{
    /// <summary>The model that comes with the program, an int8 file: <see cref="Bases.DitheredWeights"/> says how training starts from it.</summary>
    public static string BasePath => Path.Combine(AppContext.BaseDirectory, "models", "rct-documents.int8.onnx");

    /// <summary>A folder name that is not taken, so that the demonstration can be run again.</summary>
    public static string FreeFolder()
    {
        const string name = "rctonnx-demo";
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? name : $"{name}-{i}").First(path => !Directory.Exists(path) && !File.Exists(path));
    }

    /// <summary>Trains, exports and asks.</summary>
    /// <param name="output">Folder of the run; the sample lies in <c>data/</c> beside its files.</param>
    /// <param name="say">Takes messages for people.</param>
    /// <param name="token">Stops it.</param>
    /// <returns>The run, and the sentences of <see cref="DemoSample.Abstract"/> with their answers.</returns>
    /// <exception cref="ModelFileException">The shipped model is not beside the program.</exception>
    public static (TrainingOutcome Outcome, IReadOnlyList<(string Sentence, Classification Answer)> Answers) Execute(string output, Action<string> say, CancellationToken token)
    {
        if (!File.Exists(BasePath))
            throw new ModelFileException($"'{BasePath}', the model that the demonstration starts from, is not there. Build the program again from a whole clone, or train your own: rctonnx-train train --base FOLDER --train FILE --output FOLDER");
        string train = Path.Combine(output, "data", "train.tsv"), test = Path.Combine(output, "data", "test.tsv");
        TrainSettings settings = Settings(output, train, test);
        DemoSample.Write("train", train);
        DemoSample.Write("test", test);
        TrainingOutcome outcome = TrainingRun.Execute(settings, resume: false, say, token);
        using TextClassifier classifier = TextClassifier.Load(new RunFolder(output).Model);
        IReadOnlyList<string> sentences = SentenceSplitter.Split(DemoSample.Abstract);
        return (outcome, [.. sentences.Zip(classifier.ClassifyDocument(sentences).Sentences)]);
    }

    private static TrainSettings Settings(string output, string train, string test) => new()
    {
        Base = BasePath,
        Documents = true,
        GroupColumn = "abstract",
        Train = [train],
        Test = [test],
        Output = output,
        Epochs = 2,
        Batch = 4,
        LearningRate = 1e-4,
        MaxLength = 512,
        Device = DeviceChoice.Cpu,
    };
}
