using System.Security.Cryptography;

namespace RctOnnx.Data;

/// <summary>Fingerprints of data files, so that a run says exactly what it was trained on.</summary>
public static class DataHash
{
    /// <summary>SHA-256 over the file's bytes, 64 lower-case hexadecimal digits.</summary>
    /// <exception cref="DataException">The file is missing, is a folder, or cannot be read.</exception>
    public static string OfFile(string path)
    {
        if (Directory.Exists(path)) throw new DataException($"'{path}' is a folder; expected a data file.");
        if (!File.Exists(path)) throw new DataException($"The data file '{path}' is not there. Check the path.");
        try
        {
            using FileStream stream = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"The data file '{path}' cannot be read: {e.Message}", e);
        }
    }
}
