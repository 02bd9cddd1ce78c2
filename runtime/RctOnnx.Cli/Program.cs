using System.CommandLine;
using RctOnnx.Cli.Inspect;
using RctOnnx.CommandLine;

RootCommand root = new("Looks into text classifiers in .onnx files. Verbs explain themselves: rctonnx VERB --help.") { InspectCommand.Create() };
return ProgramHost.Run(root, args);
