using RctOnnx.Data;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using RctOnnx.Train.Demo;
using Xunit;

namespace RctOnnx.Train.Tests.Shipped;

/// <summary>The shipped models of single sentences: what they answer must not change unseen.</summary>
public class SentenceModelTests
{
    /// <summary>File, accuracy on the test set as its card says, least accuracy on sentences of made-up trials.</summary>
    public static TheoryData<string, double, double> Models => new()
    {
        { "rct-sentences.int8.onnx", 0.8640, 0.82 },
        { "rct-sentences-fast.int8.onnx", 0.8531, 0.80 },
        { "rct-sentences-tiny.int8.onnx", 0.8369, 0.76 },
    };

    private static double Accuracy(string file, IReadOnlyList<TextRow> rows)
    {
        using TextClassifier classifier = TextClassifier.Load(Path.Combine(SharedFolders.RepositoryRoot, "models", file));
        IReadOnlyList<Classification> answers = classifier.Classify([.. rows.Select(row => row.Text)], TestContext.Current.CancellationToken);
        return rows.Zip(answers).Count(pair => pair.First.Label == pair.Second.Label) / (double)rows.Count;
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Sections_of_made_up_trials_are_named_as_when_it_was_shipped(string file, double card, double least)
    {
        TextRow[] rows = [.. new[] { "test", "train" }.SelectMany(part => TextDataset.Read(DemoSample.Open(part), part, DataFormat.Tsv))];
        Assert.Equal(300, rows.Length);
        Assert.InRange(Accuracy(file, rows), least, card + 0.03); // made-up trials are no easier than real ones
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Sentences_that_it_was_not_trained_on_are_named_as_well_as_its_card_says(string file, double card, double least)
    {
        double accuracy = Accuracy(file, [.. TextDataset.Read(SharedFolders.Data("rct-abstracts", "test.txt"))]);
        Assert.Equal(card, accuracy, 0.002); // processors round int8 sums differently
        Assert.True(card > least);
        Assert.Contains($"{(100 * card).ToString("F2", System.Globalization.CultureInfo.InvariantCulture)} (", File.ReadAllText(Path.Combine(SharedFolders.RepositoryRoot, "models", Path.ChangeExtension(file, ".md"))));
    }
}
