using System.Text;

namespace RctOnnx.Data;

/// <summary>Lines of a source that must be UTF-8; a byte order mark is passed over.</summary>
internal static class Utf8Lines
{
    /// <summary>Lines with their numbers from 1. Line ends are \n and \r\n only.</summary>
    public static IEnumerable<(long Number, string Text)> Read(DataSource source)
    {
        using StreamReader reader = Open(source);
        for (long number = 1; Next(reader, source.Name, number) is { } line; number++) yield return (number, line);
    }

    /// <summary>A reader that fails on bytes that are not UTF-8.</summary>
    /// <exception cref="DataException">The file is missing, is a folder, or cannot be read.</exception>
    public static StreamReader Open(DataSource source) =>
        new(source.Open(), new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false, 1 << 16);

    /// <summary>What a byte that is not UTF-8 means for the user.</summary>
    public static DataException NotUtf8(string path, long line, Exception inner) =>
        new($"'{path}', near line {line}: the bytes are not UTF-8. Convert the file, for example with 'iconv -t utf-8'.", inner);

    private static string? Next(StreamReader reader, string path, long number)
    {
        try
        {
            string? line = reader.ReadLine();
            return number == 1 && line is ['\ufeff', ..] ? line[1..] : line;
        }
        catch (DecoderFallbackException e)
        {
            throw NotUtf8(path, number, e);
        }
        catch (IOException e)
        {
            throw new DataException($"'{path}', line {number}: {e.Message}", e);
        }
    }
}
