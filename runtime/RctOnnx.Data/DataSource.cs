namespace RctOnnx.Data;

/// <summary>Where examples come from: a file, or a stream such as standard input.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Open">Opens it for one reading.</param>
internal sealed record DataSource(string Name, Func<Stream> Open)
{
    /// <summary>A file.</summary>
    public static DataSource File(string path) => new(path, () => OpenFile(path));

    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="DataException">The file is missing, is a folder, or cannot be read.</exception>
    public static FileStream OpenFile(string path)
    {
        if (Directory.Exists(path)) throw new DataException($"'{path}' is a folder; expected a data file.");
        if (!System.IO.File.Exists(path)) throw new DataException($"The data file '{path}' is not there. Check the path.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The data file '{path}' cannot be read: {e.Message}", e);
        }
    }
}
