using System.Text.RegularExpressions;

namespace RctOnnx.Testing;

/// <summary>Command lines in help texts and documents, so that a test can see whether the programs understand them.</summary>
public static class CommandExamples
{
    /// <summary>Arguments of every call of a program in a text. A call begins its line, or follows a pipe; a backslash goes on in the next line.</summary>
    /// <param name="text">Help or Markdown.</param>
    /// <param name="program">For example <c>rctonnx</c>.</param>
    /// <param name="project">The project behind <c>dotnet run --project</c>.</param>
    public static IEnumerable<string> In(string text, string program, string project)
    {
        string lines = Regex.Replace(text, @"\\\r?\n\s*", " ");
        Regex call = new($@"(?:^[ >|]*|\| ){Calls(program, project)} (?<arguments>[^|\r\n`]+)", RegexOptions.Multiline);
        return call.Matches(lines).Select(match => match.Groups["arguments"].Value.Trim());
    }

    /// <summary>The same of all Markdown files of the repository.</summary>
    public static IEnumerable<(string File, string Arguments)> InDocuments(string program, string project)
    {
        string[] folders = [SharedFolders.RepositoryRoot, .. Directory.GetDirectories(SharedFolders.RepositoryRoot, "docs", SearchOption.TopDirectoryOnly), .. Directory.GetDirectories(SharedFolders.RepositoryRoot, "models")];
        return folders.SelectMany((folder, i) => Directory.GetFiles(folder, "*.md", i == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories))
            .SelectMany(file => In(File.ReadAllText(file), program, project).Select(arguments => (file, arguments)));
    }

    private static string Calls(string program, string project) => $"(?:{Regex.Escape(program)}|dotnet run [^|\\r\\n]*--project {Regex.Escape(project)} --)";
}
