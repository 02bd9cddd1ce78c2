using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Settings;

namespace RctOnnx.Parity.Tests.Training;

/// <summary>A task that a tiny encoder learns in seconds: the first word says the label.</summary>
internal sealed class SmallTask : IDisposable
{
    private static readonly string[] Labels = ["were", "patients", "results"];
    private readonly TemporaryFolder _folder = new();

    public SmallTask()
    {
        ModelFile.Write(Base, RandomModels.Create(head: HeadKind.None, pooling: Pooling.Mean));
        Write(Train, 240, seed: 1);
        Write(Dev, 20, seed: 2);
        Write(Test, 20, seed: 3);
    }

    public string Base => File("base.onnx");

    public string Train => File("train.tsv");

    public string Dev => File("dev.tsv");

    public string Test => File("test.tsv");

    public string File(string name) => _folder.File(name);

    public TrainSettings Settings(string output = "run") => new()
    {
        Base = Base,
        Train = [Train],
        Dev = Dev,
        Test = [Test],
        Output = File(output),
        Epochs = 3,
        Batch = 8,
        LearningRate = 1e-2,
        MaxLength = 32,
        Device = DeviceChoice.Cpu,
    };

    /// <summary>Gives all rows other labels.</summary>
    public void Relabel(Func<string, string> label)
    {
        foreach (string file in (string[])[Train, Dev, Test])
            System.IO.File.WriteAllLines(file, ["label\ttext", .. System.IO.File.ReadLines(file).Skip(1).Select(line => line.Split('\t')).Select(cells => $"{label(cells[0])}\t{cells[1]}")]);
    }

    public void Dispose() => _folder.Dispose();

    private static void Write(string path, int rows, int seed)
    {
        Random random = new(seed);
        System.IO.File.WriteAllLines(path, ["label\ttext", .. Enumerable.Range(0, rows).Select(_ =>
        {
            string label = Labels[random.Next(Labels.Length)];
            IEnumerable<string> words = Enumerable.Range(0, random.Next(1, 12)).Select(_ => new string((char)('a' + random.Next(26)), random.Next(1, 4)));
            return $"{label}\t{label} {string.Join(' ', words)} .";
        })]);
    }
}
