using System.CommandLine;
using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.CommandLine;
using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.Compile;

/// <summary>The verb <c>compile</c>: a model file with its CPU graph written out.</summary>
internal static class CompileCommand
{
    public static Command Create()
    {
        Option<string> model = new("--model", "-m") { Description = "The .onnx file, fp32 or int8.", Required = true, HelpName = "FILE" };
        Option<string> output = new("--output", "-o") { Description = "The compiled .onnx file.", Required = true, HelpName = "FILE" };
        Option<GraphDialect?> dialect = new("--dialect") { Description = "The form of graph: the fastest on this machine where not given; CpuFp32 and CpuInt8 run on any CPU.", HelpName = "CpuFp32|CpuInt8|CpuFp32Avx512|CpuInt8Avx512" };
        Option<bool> json = new("--json") { Description = "Print one JSON object instead of the table." };
        Command command = new("compile", """
            Writes the graph that a CPU runs, with its weights folded, in place of the portable one: such a file starts sooner and takes
            less memory, and its answers are bit for bit those of the file that it was made from, for single texts and for pairs. It runs
            on CPUs only (of any kind, or with AVX-512 where the dialect says so), and cannot be trained, quantized or run by other programs that lack ONNX Runtime's own operators:
            keep the file that it was made from.

            Examples:
              rctonnx compile --model model.int8.onnx --output model.cpu.onnx
              rctonnx classify --model model.cpu.onnx "Patients were randomised to two groups."

            Exit codes: 0 done, 2 options, 4 model, 6 output.
            """)
        { model, output, dialect, json };
        command.SetWork((parsed, _) =>
        {
            string source = parsed.GetRequiredValue(model), target = parsed.GetRequiredValue(output);
            if (Path.GetFullPath(source) == Path.GetFullPath(target))
                throw new SettingsException($"--output names the model '{source}' itself, which is needed further: compiled files cannot be trained or quantized. Choose another name.");
            ModelFileContent content = ModelFile.Read(source);
            ModelArtifact artifact = content.RequireArtifact();
            GraphDialect any = EncoderGraph.CpuDialect(artifact), own = EncoderGraph.CpuDialect(artifact, ownOperators: true);
            GraphDialect fitting = parsed.GetValue(dialect) ?? (OwnOperators.IsSupported ? own : any);
            if (fitting != any && fitting != own)
                throw new SettingsException($"--dialect is {fitting}; '{source}' compiles to {any} or {own}. {(EncoderGraph.IsInt8(fitting) ? "Quantize it first." : "Leave the option out.")}");
            using (ModelKinds.Load(source, artifact.ProblemType, new() { Dialect = fitting })) { } // the graph runs here and gives the answers of the probes
            ModelFile.WriteCompiled(target, content, fitting, OrtEnv.Instance().GetVersionString());
            ModelFileContent written = ModelFile.Read(target);
            if (parsed.GetValue(json))
                JsonResult.Write(new { Model = source, Output = target, written.Compiled!.Dialect, Bytes = written.FileSize, written.Sha256, written.Compiled.SourceSha256 });
            else
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {written.FileSize:N0} bytes, {fitting}, from {source}"));
            return ExitCodes.Success;
        });
        return command;
    }
}
