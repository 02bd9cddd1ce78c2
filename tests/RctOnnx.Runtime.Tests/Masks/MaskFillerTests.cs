using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Masks;

public sealed class MaskFillerTests : IDisposable
{
    private static readonly string[] Texts = ["the [MASK] were patients .", "[MASK]", "😀 [MASK] the [MASK]a", "results [MASK] , the [MASK] [MASK]", "a b c [MASK]"];

    private readonly TemporaryFolder _folder = new();
    private readonly ModelArtifact _model = RandomModels.Masks(Architecture.Electra, 10);

    public MaskFillerTests() => ModelFile.Write(Path, _model);

    private string Path => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pieces_are_the_likeliest_of_the_portable_graph_and_the_same_bits_alone_and_in_any_call_in_every_dialect()
    {
        MaskTokenizer tokenizer = new(WordPieceTokenizer.Create(_model.Vocabulary, _model.Tokenizer), 64, LongTextPolicy.Truncate);
        using GraphRun portable = new(_model, GraphDialect.Portable);
        int width = _model.AnswerWidth;
        foreach (GraphDialect dialect in (GraphDialect[])[.. CpuDialects.Of(_model), GraphDialect.Portable, GraphDialect.CudaFp32, GraphDialect.CoreMlFp32])
        {
            using MaskFiller filler = MaskFiller.Load(Path, new TextClassifierOptions { Threads = 2, BatchTokens = 12, TopK = 3, Dialect = dialect });
            IReadOnlyList<IReadOnlyList<FilledMask>> together = filler.Fill(Texts, TestContext.Current.CancellationToken);
            for (int i = 0; i < Texts.Length; i++)
            {
                MaskedText encoded = tokenizer.Encode(Texts[i]);
                float[] logits = portable.Run([encoded.Ids]);
                IReadOnlyList<FilledMask> alone = filler.Fill(Texts[i]);
                Assert.Equal(encoded.Places.Length, alone.Count);
                for (int mask = 0; mask < alone.Count; mask++)
                {
                    double[] exponents = [.. logits.AsSpan(encoded.Places[mask] * width, width).ToArray().Select(logit => Math.Exp(logit))];
                    int[] best = [.. Enumerable.Range(0, width).OrderByDescending(id => exponents[id]).Take(3)];
                    Assert.Equal(best, alone[mask].Pieces.Select(piece => piece.Id));
                    Assert.Equal(best.Select(id => _model.Vocabulary[id]), alone[mask].Pieces.Select(piece => piece.Piece));
                    Assert.Equal(best.Select(id => exponents[id] / exponents.Sum()), alone[mask].Pieces.Select(piece => (double)piece.Score), (first, second) => Math.Abs(first - second) < 1e-4);
                    Assert.StartsWith("[MASK]", Texts[i][alone[mask].Start..]);
                    if (EncoderGraph.IsCpu(dialect)) Assert.Equal(alone[mask].Pieces, together[i][mask].Pieces);
                }
            }
        }
    }

    [Fact]
    public void A_long_list_is_answered_in_its_order_and_a_text_over_the_limit_is_named_by_its_place()
    {
        using MaskFiller filler = MaskFiller.Load(Path, new TextClassifierOptions { TopK = 2, MaxCharacters = 500 });
        // More logits than are held together: 1,200 texts × 60 masks × a vocabulary of 64 pieces and more.
        string masks = string.Concat(Enumerable.Repeat("[MASK]", 60 - 1));
        string[] many = [.. Enumerable.Range(0, 1200).Select(i => i % 200 == 0 ? $"{(char)('a' + i / 200)} [MASK]" : $"[MASK] {masks}")];
        IReadOnlyList<IReadOnlyList<FilledMask>> answers = filler.Fill(many, TestContext.Current.CancellationToken);
        Assert.True(answers.Sum(one => (long)one.Count) * _model.Vocabulary.Count > LogitTable.KeptValues);
        for (int i = 0; i < many.Length; i += 100) Assert.Equal(filler.Fill(many[i]).SelectMany(one => one.Pieces), answers[i].SelectMany(one => one.Pieces));
        many[1133] += new string('a', 500);
        Assert.Equal(1133, Assert.Throws<TextTooLongException>(() => filler.Fill(many, TestContext.Current.CancellationToken)).Index);
    }

    [Fact]
    public void A_mask_is_read_as_a_token_where_other_special_tokens_are_text()
    {
        WordPieceTokenizer plain = WordPieceTokenizer.Create(_model.Vocabulary, _model.Tokenizer);
        MaskedText encoded = new MaskTokenizer(plain, 64, LongTextPolicy.Truncate).Encode("a[MASK][SEP] the");
        Assert.Equal([2, 5, 4, .. plain.Encode("[SEP] the").Ids[1..]], encoded.Ids);
        Assert.Equal([2], encoded.Places);
        Assert.Equal([1], encoded.Starts);
    }

    [Fact]
    public void A_text_without_a_mask_or_with_one_behind_the_limit_is_refused()
    {
        using MaskFiller filler = MaskFiller.Load(Path);
        Assert.Equal(5, filler.Fill("[MASK]")[0].Pieces.Count);
        Assert.Contains("has no [MASK]", Assert.Throws<DataException>(() => filler.Fill("the results")).Message);
        string filling = string.Join(' ', Enumerable.Repeat("a", 80));
        Assert.Contains("stands behind it", Assert.Throws<TextTooLongException>(() => filler.Fill(filling + " [MASK]")).Message);
        Assert.Single(filler.Fill("[MASK] " + filling));
        using MaskFiller refusing = MaskFiller.Load(Path, new TextClassifierOptions { LongText = LongTextPolicy.Error });
        Assert.Throws<TextTooLongException>(() => refusing.Fill("[MASK] " + filling));
        Assert.Throws<SettingsException>(() => MaskFiller.Load(Path, new TextClassifierOptions { ParseSpecialTokens = true }));
        Assert.Contains("TaskName is", Assert.Throws<SettingsException>(() => MaskFiller.Load(Path, new TextClassifierOptions { TaskName = "a" })).Message);
        Assert.Contains("WindowOverlap is", Assert.Throws<SettingsException>(() => MaskFiller.Load(Path, new TextClassifierOptions { WindowOverlap = 8 })).Message);
    }

    [Fact]
    public void A_compiled_file_gives_the_bits_of_its_source()
    {
        foreach (GraphDialect dialect in CpuDialects.Of(_model))
        {
            ModelFile.WriteCompiled(_folder.File("compiled.onnx"), ModelFile.Read(Path), dialect, "1.31.1");
            using MaskFiller source = MaskFiller.Load(Path, new TextClassifierOptions { Dialect = dialect }), compiled = MaskFiller.Load(_folder.File("compiled.onnx"));
            foreach (string text in Texts) Assert.Equal(source.Fill(text).SelectMany(mask => mask.Pieces), compiled.Fill(text).SelectMany(mask => mask.Pieces));
        }
    }
}
