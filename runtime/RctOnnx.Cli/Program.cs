using System.CommandLine;
using RctOnnx.Cli.Answer;
using RctOnnx.Cli.Choose;
using RctOnnx.Cli.Classify;
using RctOnnx.Cli.Compile;
using RctOnnx.Cli.Evaluate;
using RctOnnx.Cli.FillMask;
using RctOnnx.Cli.Inspect;
using RctOnnx.Cli.Quantize;
using RctOnnx.Cli.Verify;
using RctOnnx.CommandLine;

RootCommand root = new("Runs text classifiers, and models that answer questions, choose and fill masks, from .onnx files. Verbs explain themselves: rctonnx VERB --help.")
{
    ClassifyCommand.Create(),
    AnswerCommand.Create(),
    ChooseCommand.Create(),
    FillMaskCommand.Create(),
    EvaluateCommand.Create(),
    InspectCommand.Create(),
    QuantizeCommand.Create(),
    CompileCommand.Create(),
    VerifyCommand.Create(),
};
return ProgramHost.Run(root, args);
