using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using RctOnnx.Train.Demo;
using Xunit;

namespace RctOnnx.Train.Tests.Shipped;

/// <summary>The shipped model for whole abstracts: what it answers must not change unseen.</summary>
public class DocumentModelTests
{
    private static readonly string Model = Path.Combine(SharedFolders.RepositoryRoot, "models", "rct-documents.int8.onnx");

    // What was measured when it was shipped; of made-up trials it takes half of the objectives for background.
    private const double CardAccuracy = 0.9317, LeastAccuracy = 0.82;

    // Trials that never took place, five sentences each, one of every section.
    private static IReadOnlyList<IReadOnlyList<TextRow>> Trials(string part) =>
        [.. TextDocuments.Of(TextDataset.Read(DemoSample.Open(part), part, DataFormat.Tsv, new ColumnNames { Group = "abstract" }))];

    private static List<(string Truth, string Answer)> Answers(IEnumerable<IReadOnlyList<TextRow>> documents)
    {
        using TextClassifier classifier = TextClassifier.Load(Model);
        IReadOnlyList<TextRow>[] all = [.. documents];
        IReadOnlyList<DocumentClassification> answers = classifier.ClassifyDocuments([.. all.Select(rows => (IReadOnlyList<string>)[.. rows.Select(row => row.Text)])], TestContext.Current.CancellationToken);
        return [.. all.SelectMany(rows => rows).Zip(answers.SelectMany(answer => answer.Sentences), (row, answer) => (row.Label!, answer.Label))];
    }

    [Fact]
    public void Sections_of_made_up_trials_are_named_as_when_it_was_shipped()
    {
        List<(string Truth, string Answer)> answers = Answers([.. Trials("test"), .. Trials("train")]);
        Assert.Equal(300, answers.Count);
        double accuracy = answers.Count(one => one.Truth == one.Answer) / 300.0;
        Assert.True(accuracy >= LeastAccuracy, $"{accuracy:P1}");
    }

    [Fact]
    public void Abstracts_that_it_was_not_trained_on_are_named_as_well_as_its_card_says()
    {
        List<(string Truth, string Answer)> answers = Answers(TextDocuments.Of(TextDataset.Read(SharedFolders.Data("rct-abstracts", "test.txt"))));
        double accuracy = answers.Count(one => one.Truth == one.Answer) / (double)answers.Count;
        Assert.Equal(CardAccuracy, accuracy, 0.002); // processors round int8 sums differently
    }

    [Fact]
    public void The_card_names_the_file_and_all_shipped_models_stay_under_80_megabytes()
    {
        string folder = Path.GetDirectoryName(Model)!;
        Assert.True(Directory.GetFiles(folder).Sum(path => new FileInfo(path).Length) < 80_000_000);
        foreach (string file in Directory.GetFiles(folder, "*.onnx"))
        {
            string card = File.ReadAllText(Path.ChangeExtension(file, ".md"));
            Assert.Contains(DataHash.OfFile(file), card);
            Assert.Contains(new FileInfo(file).Length.ToString("N0", System.Globalization.CultureInfo.InvariantCulture), card);
        }
        ModelArtifact model = ModelFile.Read(Model).Artifact!;
        Assert.NotNull(model.Document);
        Assert.Equal(24, model.Inputs.Count); // all of the encoder in int8
    }
}
