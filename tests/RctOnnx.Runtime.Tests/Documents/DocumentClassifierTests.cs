using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Quantization;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Documents;

public sealed class DocumentClassifierTests : IDisposable
{
    private static readonly IReadOnlyList<string> Document = ["the patients were", "", "results , the results .", "abc def ghi jkl", "were were were", "the the a b c d e f g h i", "patients"];
    private readonly TemporaryFolder _folder = new();
    private readonly ModelArtifact _model = RandomModels.Create(pooling: Pooling.Separators);

    public DocumentClassifierTests() => ModelFile.Write(Path, _model);

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_sentence_has_the_logits_of_its_separator_in_the_portable_graph()
    {
        DocumentTokenizer tokenizer = new(WordPieceTokenizer.Create(_model.Vocabulary, _model.Tokenizer), _model.Document!, _model.MaxLength);
        using TextClassifier classifier = TextClassifier.Load(Path);
        using GraphRun portable = new(_model, GraphDialect.Portable);
        EncodedDocument encoded = tokenizer.Encode(Document);
        DocumentClassification answer = classifier.ClassifyDocument(Document);
        Assert.Equal((Document.Count, encoded.Rows.Count), (answer.Sentences.Count, answer.RowCount));
        int sentence = 0;
        foreach (EncodedRow row in encoded.Rows)
        {
            float[] logits = portable.Run([row.Ids]);
            foreach (int read in row.Reads)
            {
                Assert.Equal(3, row.Ids[read]); // [SEP]
                for (int label = 0; label < 3; label++) Assert.Equal(logits[(read * 3) + label], answer.Sentences[sentence].Logits[label], 5e-5f);
                sentence++;
            }
        }
        Assert.Equal(Document.Count, sentence);
    }

    [Fact]
    public void A_document_gets_the_same_bits_alone_and_in_any_call_and_its_sentences_are_not_those_of_single_texts()
    {
        using TextClassifier classifier = TextClassifier.Load(Path, new TextClassifierOptions { Threads = 2, BatchTokens = 64 });
        IReadOnlyList<string>[] documents = [.. Enumerable.Range(1, 600).Select(i => (IReadOnlyList<string>)[.. Enumerable.Range(0, i % 9).Select(j => Document[(i + j) % Document.Count])])];
        IReadOnlyList<DocumentClassification> together = classifier.ClassifyDocuments(documents, TestContext.Current.CancellationToken);
        for (int i = 0; i < documents.Length; i++)
        {
            DocumentClassification alone = classifier.ClassifyDocument(documents[i]);
            Assert.Equal(alone.RowCount, together[i].RowCount);
            Assert.Equal(alone.Sentences.SelectMany(one => one.Logits), together[i].Sentences.SelectMany(one => one.Logits));
        }
        Assert.NotEqual(classifier.Classify(Document[0]).Logits, classifier.ClassifyDocument(Document).Sentences[0].Logits);
        Assert.Equal(classifier.Classify(Document[0]).Logits, classifier.ClassifyDocument([Document[0]]).Sentences[0].Logits);
    }

    [Fact]
    public void Long_sentences_are_cut_and_told_and_long_documents_take_several_rows()
    {
        using TextClassifier classifier = TextClassifier.Load(Path);
        string longest = string.Join(' ', Enumerable.Repeat("the", 50));
        DocumentClassification answer = classifier.ClassifyDocument(["the", longest, longest, longest, "patients"]);
        Assert.True(answer.RowCount > 1);
        Assert.Equal([3, 51, 51, 51, 2], answer.Sentences.Select(one => one.TokenCount));
        Assert.Equal([3, 21, 21, 21, 2], answer.Sentences.Select(one => one.UsedTokenCount));
        Assert.Equal([false, true, true, true, false], answer.Sentences.Select(one => one.Truncated));
        Assert.Empty(classifier.ClassifyDocument([]).Sentences);
        using TextClassifier strict = TextClassifier.Load(Path, new TextClassifierOptions { LongText = LongTextPolicy.Error });
        Assert.Contains("the 2. of 3", Assert.Throws<TextTooLongException>(() => strict.ClassifyDocument(["the", longest, "patients"])).Message);
        Assert.Contains("cut or refused", Assert.Throws<SettingsException>(() => TextClassifier.Load(Path, new TextClassifierOptions { LongText = LongTextPolicy.Window })).Message);
    }

    [Fact]
    public void A_model_of_single_texts_reads_each_sentence_alone_and_a_document_model_reads_no_pairs()
    {
        ModelFile.Write(_folder.File("single.onnx"), RandomModels.Create());
        using TextClassifier single = TextClassifier.Load(_folder.File("single.onnx")), document = TextClassifier.Load(Path);
        Assert.Equal((false, true), (single.ReadsDocuments, document.ReadsDocuments));
        DocumentClassification answer = single.ClassifyDocument(Document);
        Assert.Equal(Document.Select(sentence => single.Classify(sentence).Logits[0]), answer.Sentences.Select(one => one.Logits[0]));
        Assert.Contains("not made for pairs", Assert.Throws<ModelFileException>(() => document.Classify(new TextPair("a", "b"))).Message);
        Assert.Throws<ArgumentNullException>(() => document.ClassifyDocuments([["a", null!]], TestContext.Current.CancellationToken));
        using TextClassifier small = TextClassifier.Load(Path, new TextClassifierOptions { MaxCharacters = 5 });
        Assert.Equal(1, Assert.Throws<TextTooLongException>(() => small.ClassifyDocuments([["abc"], ["abc", "def"]], TestContext.Current.CancellationToken)).Index);
    }

    [Theory]
    [InlineData(GraphDialect.Portable)]
    [InlineData(GraphDialect.CpuFp32)]
    [InlineData(GraphDialect.CudaFp32)]
    [InlineData(GraphDialect.CoreMlFp32)]
    public void Padded_and_plain_graphs_give_the_same_answers(GraphDialect dialect)
    {
        IReadOnlyList<string>[] documents = [Document, [.. Document.Reverse()], ["the"], ["a b", "c"]];
        using TextClassifier expected = TextClassifier.Load(Path), found = TextClassifier.Load(Path, new TextClassifierOptions { Dialect = dialect });
        float[][] logits = [.. ((TextClassifier[])[expected, found]).Select(classifier => classifier.ClassifyDocuments(documents, TestContext.Current.CancellationToken).SelectMany(one => one.Sentences).SelectMany(one => one.Logits).ToArray())];
        for (int i = 0; i < logits[0].Length; i++) Assert.Equal(logits[0][i], logits[1][i], 1e-4f);
    }

    [Fact]
    public void An_int8_document_model_answers_near_the_fp32_one_by_both_kernels_and_whatever_the_batch()
    {
        IReadOnlyList<string>[] documents = [.. Enumerable.Range(0, 12).Select(i => (IReadOnlyList<string>)[.. Document.Skip(i % 5)])];
        QuantizationResult found = QuantizationSearch.Run(Path, new QuantizationOptions { Calibration = documents, Threads = 1 }, _folder.Path, _ => { }, CancellationToken.None);
        string int8 = _folder.File("int8.onnx");
        ModelFile.Write(int8, found.Artifact);
        Assert.Equal(_model.Document, found.Artifact.Document);
        using TextClassifier fp32 = TextClassifier.Load(Path);
        GraphDialect[] dialects = OwnOperators.IsSupported ? [GraphDialect.CpuInt8, GraphDialect.CpuInt8Avx512] : [GraphDialect.CpuInt8];
        foreach (GraphDialect dialect in dialects)
        {
            using TextClassifier classifier = TextClassifier.Load(int8, new TextClassifierOptions { Dialect = dialect });
            IReadOnlyList<DocumentClassification> together = classifier.ClassifyDocuments(documents, TestContext.Current.CancellationToken);
            for (int i = 0; i < documents.Length; i++)
            {
                Assert.Equal(classifier.ClassifyDocument(documents[i]).Sentences.SelectMany(one => one.Logits), together[i].Sentences.SelectMany(one => one.Logits));
                foreach ((Classification one, Classification other) in fp32.ClassifyDocument(documents[i]).Sentences.Zip(together[i].Sentences))
                    foreach ((float expected, float actual) in one.Logits.Zip(other.Logits)) Assert.Equal(expected, actual, 0.5f);
            }
        }
    }
}
