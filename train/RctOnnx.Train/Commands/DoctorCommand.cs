using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Train.Doctor;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>doctor</c>: what works on this machine, and what to do about the rest.</summary>
internal static class DoctorCommand
{
    private sealed record Result(bool Ready, IReadOnlyList<Finding> Findings);

    public static Command Create()
    {
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object in place of the list." };
        Command command = new("doctor", """
            Looks at the machine (system, cores, memory, limits of a container, disk), loads TorchSharp and ONNX Runtime, tries each
            device and sends a tiny model through export with proof. Says what is missing and what to do about it.

            Example:
              rctonnx-train doctor

            Exit codes: 0 training and export work, 5 something that they need is missing.
            """)
        { json };
        command.SetWork((parsed, token) =>
        {
            List<Finding> findings = [];
            TextWriter output = Console.Out;
            Console.SetOut(Console.Error); // TorchSharp tells on standard output what it tried
            try
            {
                foreach (Finding finding in MachineFindings.All(Environment.CurrentDirectory).Concat(LibraryFindings.All()))
                {
                    token.ThrowIfCancellationRequested();
                    findings.Add(finding);
                    if (!parsed.GetValue(json)) Print(finding, output);
                }
            }
            finally
            {
                Console.SetOut(output);
            }
            bool isReady = findings.All(finding => finding.State != FindingState.Missing);
            Console.Error.WriteLine(isReady ? "Training and export work here." : "Training or export do not work here; see what is missing.");
            if (parsed.GetValue(json)) JsonResult.Write(new Result(isReady, findings));
            return isReady ? ExitCodes.Success : ExitCodes.ProviderUnavailable;
        });
        return command;
    }

    private static void Print(Finding finding, TextWriter output)
    {
        string mark = finding.State switch
        {
            FindingState.Ok => "ok",
            FindingState.Note => "note",
            _ => "MISSING",
        };
        output.WriteLine($"{mark,-8} {finding.Name,-18} {finding.Value}");
        if (finding.Remedy is { } remedy) output.WriteLine($"{"",-27} {remedy}");
    }
}
