using RctOnnx.Cli.Rows;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

public class RowAnswersTests
{
    [Fact]
    public void Of_a_file_of_several_chunks_keeps_the_order_and_ends_at_its_last_byte()
    {
        using TemporaryFolder folder = new();
        ModelFile.Write(folder.File("model.onnx"), RandomModels.Create());
        string[] texts = [.. Enumerable.Range(0, 5000).Select(i => string.Join(' ', Enumerable.Range(0, i % 19).Select(k => (char)('a' + (i / 7 + k) % 26))))];
        File.WriteAllText(folder.File("texts.txt"), string.Join('\n', texts) + "\n");
        using TextClassifier classifier = TextClassifier.Load(folder.File("model.onnx"));
        RowInput input = RowInput.Open(folder.File("texts.txt"), DataFormat.Text, new ColumnNames());

        RowAnswers[] chunks = [.. RowAnswers.Of(classifier, input, TestContext.Current.CancellationToken)];

        Assert.Equal(texts, chunks.SelectMany(chunk => chunk.Rows).Select(row => row.Text));
        Assert.Equal(classifier.Classify(texts, TestContext.Current.CancellationToken).Select(answer => answer.Score), chunks.SelectMany(chunk => chunk.Answers).Select(answer => answer.Score));
        Assert.Equal(chunks.Select(chunk => chunk.Position).Order(), chunks.Select(chunk => chunk.Position));
        Assert.Equal(input.Length, chunks[^1].Position);
    }
}
