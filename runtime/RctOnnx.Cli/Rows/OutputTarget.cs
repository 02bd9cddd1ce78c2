using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;

namespace RctOnnx.Cli.Rows;

/// <summary>Where answers go: a file, which appears when all is done, or standard output.</summary>
internal static class OutputTarget
{
    /// <summary>Writes, and says how many answers a file got.</summary>
    /// <param name="target">The file; <see cref="RowInput.StandardInput"/> is standard output.</param>
    /// <param name="work">Is given what takes bytes; gives the number of answers.</param>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string target, Func<Action<ReadOnlySpan<byte>>, long> work)
    {
        if (target != RowInput.StandardInput)
        {
            long count = 0;
            AtomicFile.Write(target, file => count = work(file.Write));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Wrote {count:N0} answers to '{target}'."));
            return;
        }
        using Stream output = StandardOutput.Open();
        work(bytes => StandardOutput.Write(output, bytes));
    }

    /// <summary>Writes one JSON object a line, in the style of <see cref="JsonResult"/>.</summary>
    /// <param name="target">As in <see cref="Write"/>.</param>
    /// <param name="answers">What is written.</param>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void WriteLines<T>(string target, IEnumerable<T> answers) => Write(target, write =>
    {
        long count = 0;
        foreach (T answer in answers)
        {
            write(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(answer, JsonResult.Options));
            write("\n"u8);
            count++;
        }
        return count;
    });
}
