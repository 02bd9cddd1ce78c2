using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime.Quantization;

/// <summary>The rows of tokens that a model reads of a text, as the class that runs it makes them.</summary>
internal sealed class CalibrationRows
{
    private readonly Action<IReadOnlyList<string>, TokenRows> _add;

    /// <summary>For a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="options">How contexts are read, of a model that answers questions.</param>
    public CalibrationRows(ModelArtifact model, QuantizationOptions options)
    {
        TextClassifierOptions questions = AnsweringModels.QuestionsOf(model, options).Running;
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(model.Vocabulary, model.Tokenizer);
        TextPreparation preparation = new(tokenizer, new TextLimits(model.MaxLength, LongTextPolicy.Truncate, 0, int.MaxValue), parseSpecialTokens: false);
        _add = model switch
        {
            { Document: { } rule } => Documents(new DocumentTokenizer(tokenizer, rule, model.MaxLength)),
            { ProblemType: ProblemType.QuestionAnswering } => Questions(new QuestionTokenizer(tokenizer, questions.MaxLength ?? model.MaxLength, questions.LongText!.Value, questions.WindowOverlap, questions.ParseSpecialTokens)),
            { ProblemType: ProblemType.MultipleChoice } => (text, rows) =>
            {
                foreach (string choice in text.Skip(1)) preparation.Prepare(new TextPair(text[0], choice), rows).AddRows(rows);
            }
            ,
            { ProblemType: ProblemType.MaskedLm } => Masks(new MaskTokenizer(tokenizer, model.MaxLength, LongTextPolicy.Truncate)),
            _ => (text, rows) => (text.Count == 1 ? preparation.Prepare(text[0], rows) : preparation.Prepare(new TextPair(text[0], text[1]), rows)).AddRows(rows),
        };
    }

    /// <summary>The rows of a text, a list as in <see cref="QuantizationOptions.Calibration"/>.</summary>
    public TokenRows Of(IReadOnlyList<string> text)
    {
        TokenRows rows = new();
        _add(text, rows);
        return rows;
    }

    private static Action<IReadOnlyList<string>, TokenRows> Documents(DocumentTokenizer tokenizer) => (text, rows) =>
    {
        foreach (EncodedRow row in tokenizer.Encode(text).Rows) rows.AddRow(rows.Write(row.Ids), row.Ids.Length);
    };

    private static Action<IReadOnlyList<string>, TokenRows> Questions(QuestionTokenizer tokenizer) =>
        (text, rows) => tokenizer.AddRows(tokenizer.Encode(new Question(text[0], text[1])), rows);

    private static Action<IReadOnlyList<string>, TokenRows> Masks(MaskTokenizer tokenizer) => (text, rows) =>
    {
        int[] ids = tokenizer.Encode(text[0]).Ids;
        rows.AddRow(rows.Write(ids), ids.Length);
    };
}
