using System.Text.RegularExpressions;
using RctOnnx.Data;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using RctOnnx.Train.Demo;
using RctOnnx.Train.Training;
using Xunit;

namespace RctOnnx.Train.Tests.Demo;

[Collection(TorchCollection.Name)]
public class DemoTests
{
    private static readonly string[] Labels = ["BACKGROUND", "CONCLUSIONS", "METHODS", "OBJECTIVE", "RESULTS"];

    private static TextRow[] Sample(TemporaryFolder folder, string part)
    {
        DemoSample.Write(part, folder.File(part + ".tsv"));
        return [.. TextDataset.Read(folder.File(part + ".tsv"))];
    }

    private static HashSet<string> Words(string text) => [.. Regex.Matches(text.ToLowerInvariant(), "[a-z]+").Select(match => match.Value)];

    [Fact]
    public void The_sample_has_equally_many_sentences_of_every_section_and_none_twice()
    {
        using TemporaryFolder folder = new();
        TextRow[] train = Sample(folder, "train"), test = Sample(folder, "test");
        Assert.Equal((240, 60), (train.Length, test.Length));
        foreach (TextRow[] part in (TextRow[][])[train, test])
            Assert.Equal(Labels.Select(label => (label, part.Length / 5)), part.GroupBy(row => row.Label!).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.Count())));
        HashSet<string>[] words = [.. train.Concat(test).Select(row => row.Text).Concat(SentenceSplitter.Split(DemoSample.Abstract)).Select(Words)];
        for (int i = 0; i < words.Length; i++)
            for (int j = 0; j < i; j++)
            {
                double shared = words[i].Count(words[j].Contains);
                Assert.True(shared / (words[i].Count + words[j].Count - shared) < 0.6, $"sentences {j} and {i} are nearly the same");
            }
    }

    [Fact]
    public void The_demonstration_learns_exports_with_proof_and_names_the_sections_of_its_abstract()
    {
        using TemporaryFolder folder = new();
        (TrainingOutcome outcome, IReadOnlyList<(string Sentence, Classification Answer)> answers) = DemoRun.Execute(folder.File("run"), _ => { }, TestContext.Current.CancellationToken);
        TestFigures test = Assert.Single(outcome.Tests);
        Assert.True(test.Untrained.Metrics.Accuracy < 0.9, $"{test.Untrained.Metrics.Accuracy} before");
        Assert.True(test.Trained.Metrics.Accuracy > 0.95, $"{test.Trained.Metrics.Accuracy} after");
        Assert.Equal(1, outcome.Model.Proof!.LabelAgreement);
        Assert.Equal(60, outcome.Runtime!.Agreed);
        Assert.Equal(["BACKGROUND", "OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS"], answers.Select(one => one.Answer.Label));
        Assert.True(File.Exists(new RunFolder(folder.File("run")).Model));
    }
}
