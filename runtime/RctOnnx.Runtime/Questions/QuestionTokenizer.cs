using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Runtime;

/// <summary>Questions with their contexts to rows, the same way in training and in the runtime. Immutable and thread-safe.</summary>
/// <param name="tokenizer">The model's.</param>
/// <param name="maxLength">Longest row in tokens.</param>
/// <param name="policy">What happens to longer contexts.</param>
/// <param name="overlap">Tokens that neighbouring windows share; null for a quarter of a window.</param>
/// <param name="parseSpecialTokens">Whether special tokens typed in a text are read as such.</param>
public sealed class QuestionTokenizer(WordPieceTokenizer tokenizer, int maxLength, LongTextPolicy policy, int? overlap = null, bool parseSpecialTokens = false)
{
    private const int SpecialTokens = 3;

    private readonly EncodeOptions _options = new() { Offsets = true, ParseSpecialTokens = parseSpecialTokens };

    /// <summary>Id of the first token of every row.</summary>
    public int ClsId => tokenizer.ClsId;

    /// <summary>Id of the token behind question and window.</summary>
    public int SepId => tokenizer.SepId;

    /// <summary>The rows of a question: one where the context fits, else one a window, or one with the context's beginning.</summary>
    /// <exception cref="TextTooLongException">The question leaves no room for a context, or both are over the limit and the policy is that of an error.</exception>
    public EncodedQuestion Encode(Question question)
    {
        int[] asked = tokenizer.Encode(question.Text, options: _options).Ids[1..^1];
        Encoding context = tokenizer.Encode(question.Context, options: _options);
        int count = context.Ids.Length - 2, width = maxLength - SpecialTokens - asked.Length, tokenCount = asked.Length + count + SpecialTokens;
        if (width < 1) throw new TextTooLongException($"has a question of {asked.Length} tokens, which leaves no room for a context in {maxLength} tokens ({SpecialTokens} of them special). Shorten the question.");
        if (count <= width) return Rows(count, [0], count);
        switch (policy)
        {
            case LongTextPolicy.Error:
                throw new TextTooLongException($"has {tokenCount} tokens with its context, the limit is {maxLength}. Shorten the context, or choose the policy Window or Truncate.");
            case LongTextPolicy.Truncate:
                return Rows(width, [0], width);
            default:
                int shared = overlap ?? width / 4;
                if (shared >= width) throw new TextTooLongException($"has a question of {asked.Length} tokens, which leaves windows of {width}; windows that share {shared} tokens would bring nothing new. Shorten the question, or lower the overlap.");
                return Rows(count, WindowPlanner.Starts(count, width, shared), width);
        }

        EncodedQuestion Rows(int kept, List<int> starts, int length) =>
            new(asked, context.Ids[1..(kept + 1)], context.Starts[1..(kept + 1)], context.Ends[1..(kept + 1)], starts, length, tokenCount);
    }

    /// <summary>Writes the rows of a question and names them. Read are [CLS], which stands for no answer, and the context.</summary>
    internal void AddRows(EncodedQuestion question, TokenRows rows)
    {
        int[] reads = [0, .. Enumerable.Range(question.ContextPlace, question.WindowLength)];
        for (int window = 0; window < question.WindowStarts.Count; window++)
            rows.AddRow(rows.Write(ClsId, question.QuestionIds, SepId, question.Window(window)), question.RowLength, reads);
    }
}
