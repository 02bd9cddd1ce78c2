using RctOnnx.Data;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Rows;

/// <summary>Rows of a file, of standard input or of the command line, with how far the reading is.</summary>
internal sealed class RowInput
{
    /// <summary>The name by which options call standard input.</summary>
    public const string StandardInput = "-";

    private readonly IEnumerable<TextRow> _rows;
    private readonly FileStream? _file;

    private RowInput(IEnumerable<TextRow> rows, FileStream? file, long? length) => (_rows, _file, Length) = (rows, file, length);

    /// <summary>Bytes of the whole input, or null where that is not known.</summary>
    public long? Length { get; }

    /// <summary>Opens a file or standard input; the format is told by the file's name, or is plain text on standard input.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read, or its name does not tell the format.</exception>
    public static RowInput Open(string path, DataFormat? format, ColumnNames columns)
    {
        if (path == StandardInput)
            return new RowInput(TextDataset.Read(Console.OpenStandardInput(), "standard input", format ?? DataFormat.Text, columns), null, null);
        FileStream file = TextDataset.Open(path);
        long? length = file.CanSeek && file.Length > 0 ? file.Length : null;
        return new RowInput(TextDataset.Read(file, path, format ?? TextDataset.FormatOf(path), columns), file, length);
    }

    /// <summary>Texts of the command line.</summary>
    public static RowInput Of(IReadOnlyList<string> texts) =>
        new(texts.Select((text, i) => new TextRow { Text = text, Source = "arguments", Line = i + 1 }), null, null);

    /// <summary>The same with every text divided into its sentences, which then are a document: texts that the data does not divide itself.</summary>
    /// <param name="skipsBlank">Whether a text of white space alone is no text.</param>
    public RowInput Divided(bool skipsBlank) => new(_rows.Where(row => !skipsBlank || !string.IsNullOrWhiteSpace(row.Text)).SelectMany(row => SentenceSplitter.Split(row.Text).DefaultIfEmpty("").Select(sentence => row with { Text = sentence, Group = $"{row.Source}:{row.Line}" })), _file, Length);

    /// <summary>The rows, and the bytes read when each was there: the file is closed when its last row has been read.</summary>
    public IEnumerable<(TextRow Row, long Position)> Read() => _rows.Select(row => (row, Length is null ? 0 : _file!.Position));
}
