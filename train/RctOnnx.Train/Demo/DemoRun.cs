using RctOnnx.Runtime;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Demo;

/// <summary>The whole product in a minute: the shipped encoder is fine-tuned on the sample, exported with proof, and asked.</summary>
internal static class DemoRun
{
    /// <summary>The encoder that comes with the program.</summary>
    public static string EncoderPath => Path.Combine(AppContext.BaseDirectory, "models", "rct-tiny-encoder.onnx");

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
    /// <returns>The run, and the answers to <see cref="DemoSample.Questions"/>.</returns>
    /// <exception cref="ModelFileException">The encoder is not beside the program.</exception>
    public static (TrainingOutcome Outcome, IReadOnlyList<Classification> Answers) Execute(string output, Action<string> say, CancellationToken token)
    {
        if (!File.Exists(EncoderPath))
            throw new ModelFileException($"'{EncoderPath}', the small encoder of the demonstration, is not there. Build the program again from a whole clone, or train your own: rctonnx-train train --base FOLDER --train FILE --output FOLDER");
        string train = Path.Combine(output, "data", "train.tsv"), test = Path.Combine(output, "data", "test.tsv");
        TrainSettings settings = Settings(output, train, test);
        DemoSample.Write("train", train);
        DemoSample.Write("test", test);
        TrainingOutcome outcome = TrainingRun.Execute(settings, resume: false, say, token);
        using TextClassifier classifier = TextClassifier.Load(new RunFolder(output).Model);
        return (outcome, classifier.Classify(DemoSample.Questions));
    }

    // A small encoder takes a higher rate and more passes than BERT; 240 sentences are soon passed.
    private static TrainSettings Settings(string output, string train, string test) => new()
    {
        Base = EncoderPath,
        Train = [train],
        Test = [test],
        Output = output,
        Epochs = 15,
        Batch = 16,
        LearningRate = 1e-3,
        MaxLength = 64,
        Device = DeviceChoice.Cpu,
        // The products of so small an encoder take less time than threads need to meet, most of all on a busy machine.
        Threads = 1,
    };
}
