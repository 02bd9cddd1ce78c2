using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Cli.Tests;

/// <summary>Document models on the command line.</summary>
public sealed class DocumentTests : IDisposable
{
    private static readonly string[][] Documents = [["the patients were.", "results were the results."], ["patients"], ["a b.", "c d.", "the results."]];
    private readonly TemporaryFolder _folder = new();

    public DocumentTests() => ModelFile.Write(Model, RandomModels.Create(pooling: Pooling.Separators));

    private string Model => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rct")]
    [InlineData("tsv")]
    [InlineData("text")]
    public void Abstracts_in_any_form_get_an_answer_a_sentence_as_from_the_library(string format)
    {
        string path = _folder.File("input.data");
        File.WriteAllText(path, format switch
        {
            "rct" => string.Concat(Documents.Select((document, i) => $"###{i}\n{string.Concat(document.Select(sentence => $"X\t{sentence}\n"))}\n")),
            "tsv" => "abstract\ttext\n" + string.Concat(Documents.SelectMany((document, i) => document.Select(sentence => $"{i}\t{sentence}\n"))),
            _ => "The patients were. Results were the results.\n\npatients\n  \nA b. C d. The results.\n", // small letters are the model's own doing
        });
        string[] group = format == "tsv" ? ["--group-column", "abstract"] : [];
        ProgramProcess run = ProgramProcess.Run("rctonnx", ["classify", "--model", Model, "--input", path, "--input-format", format, .. group]);
        Assert.True(run.ExitCode == 0, run.Error);
        using TextClassifier classifier = TextClassifier.Load(Model);
        (int Document, int Sentence, string Text, Classification Answer)[] expected = [.. Documents.SelectMany((document, i) => classifier.ClassifyDocument(document).Sentences.Select((answer, j) => (i + 1, j + 1, document[j], answer)))];
        JsonElement[] found = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(expected.Length, found.Length);
        foreach (((int document, int sentence, string text, Classification answer), JsonElement line) in expected.Zip(found))
        {
            Assert.Equal((document, sentence), (line.GetProperty("document").GetInt32(), line.GetProperty("sentence").GetInt32()));
            Assert.Equal(text, line.GetProperty("text").GetString()!.ToLowerInvariant());
            Assert.Equal(answer.Score, line.GetProperty("score").GetSingle());
        }
    }

    [Fact]
    public void Tables_name_document_and_sentence_and_evaluate_counts_sentences_in_their_context()
    {
        using TextClassifier classifier = TextClassifier.Load(Model);
        string path = _folder.File("data.txt");
        File.WriteAllText(path, string.Concat(Documents.Select((document, i) => $"###{i}\n{string.Concat(document.Zip(classifier.ClassifyDocument(document).Sentences, (sentence, answer) => $"{answer.Label}\t{sentence}\n"))}\n")));
        string[] table = ProgramProcess.Run("rctonnx", "classify", "--model", Model, "--input", path, "--output-format", "tsv").Output.Split('\n');
        Assert.StartsWith("document\tsentence\tlabel\t", table[0]);
        Assert.StartsWith("3\t2\t", table[5]);
        ProgramProcess run = ProgramProcess.Run("rctonnx", "evaluate", "--model", Model, "--data", path, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        JsonElement result = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal((6, 1.0), (result.GetProperty("count").GetInt32(), result.GetProperty("accuracy").GetDouble()));
        Assert.Contains("documents", ProgramProcess.Run("rctonnx", "inspect", "--model", Model).Output);
    }

    [Theory]
    [InlineData("which rows belong to one", "evaluate", "--data", "rows.tsv")]
    [InlineData("not made for pairs", "evaluate", "--data", "rows.tsv", "--group-column", "abstract", "--pair-column", "text")]
    [InlineData("which rows belong to one", "quantize", "--calibration", "rows.tsv", "--output", "int8.onnx")]
    [InlineData("have no columns", "classify", "--group-column", "abstract", "the results")]
    [InlineData("not made for pairs", "classify", "--input", "rows.tsv", "--pair-column", "text")]
    [InlineData("has a sentence", "classify", "--input", "rows.tsv", "--group-column", "abstract", "--max-length", "4", "--long-text", "error")]
    public void What_a_document_model_would_ignore_is_refused(string fault, string verb, params string[] arguments)
    {
        File.WriteAllText(_folder.File("rows.tsv"), "abstract\tlabel\ttext\n1\tlabel 0\tthe patients were the results\n");
        ProgramProcess run = ProgramProcess.Run("rctonnx", [verb, "--model", Model, .. arguments.Select(argument => argument.Contains('.') ? _folder.File(argument) : argument)]);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(fault, run.Error);
    }

    [Fact]
    public void Without_a_model_the_shipped_one_reads_a_whole_abstract_and_says_so()
    {
        ProgramProcess run = ProgramProcess.Run("rctonnx", "classify", "Pain after surgery is common. Ninety patients were randomised to walk on day 1 or on day 3. Pain fell by 2.1 points (p < 0.05). Early walking is safe.");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("rct-documents.int8.onnx, which comes with the program", run.Error);
        Assert.Equal(["BACKGROUND", "METHODS", "RESULTS", "CONCLUSIONS"],
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("label").GetString()));
    }

    [Fact]
    public void A_document_model_is_quantized_on_whole_documents()
    {
        string path = _folder.File("data.txt");
        using (TextClassifier classifier = TextClassifier.Load(Model))
            File.WriteAllText(path, string.Concat(Documents.Select((document, i) => $"###{i}\n{string.Concat(document.Zip(classifier.ClassifyDocument(document).Sentences, (sentence, answer) => $"{answer.Label}\t{sentence}\n"))}\n")));
        ProgramProcess run = ProgramProcess.Run("rctonnx", "quantize", "--model", Model, "--calibration", path, "--evaluate", path, "--max-drop", "100", "--output", _folder.File("int8.onnx"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(6, JsonDocument.Parse(run.Output).RootElement.GetProperty("dev_texts").GetInt32());
        using TextClassifier int8 = TextClassifier.Load(_folder.File("int8.onnx"));
        Assert.True(int8.ReadsDocuments);
    }
}
