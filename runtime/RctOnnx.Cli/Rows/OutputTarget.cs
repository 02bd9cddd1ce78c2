using RctOnnx.CommandLine;
using RctOnnx.Onnx;

namespace RctOnnx.Cli.Rows;

/// <summary>Where answers go: a file, which appears when all is done, or standard output.</summary>
internal static class OutputTarget
{
    /// <summary>Writes.</summary>
    /// <param name="target">The file; <see cref="RowInput.StandardInput"/> is standard output.</param>
    /// <param name="work">Is given what takes bytes.</param>
    /// <exception cref="OutputException">The file cannot be written.</exception>
    public static void Write(string target, Action<Action<ReadOnlySpan<byte>>> work)
    {
        if (target != RowInput.StandardInput)
        {
            AtomicFile.Write(target, file => work(file.Write));
            return;
        }
        using Stream output = StandardOutput.Open();
        work(bytes => StandardOutput.Write(output, bytes));
    }

    /// <summary>One JSON object a line, in the style of <see cref="JsonResult"/>.</summary>
    /// <param name="write">Takes bytes.</param>
    /// <param name="answer">What is written.</param>
    public static void Line<T>(Action<ReadOnlySpan<byte>> write, T answer)
    {
        write(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(answer, JsonResult.Options));
        write("\n"u8);
    }
}
