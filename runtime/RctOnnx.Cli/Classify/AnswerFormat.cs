namespace RctOnnx.Cli.Classify;

/// <summary>How answers are written.</summary>
internal enum AnswerFormat
{
    /// <summary>One JSON object a line.</summary>
    Jsonl,

    /// <summary>A header line, then label, score, tokens and truncated separated by tabs, and a column for each label's score; of a document model document and sentence before and the text behind them.</summary>
    Tsv,
}
