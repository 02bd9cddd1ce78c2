using System.CommandLine;
using RctOnnx.CommandLine;
using RctOnnx.Train.Commands;
using RctOnnx.Train.Training;

NativeHeap.Tune();
RootCommand root = new("Makes proven .onnx text classifiers. Verbs explain themselves: rctonnx-train VERB --help.")
{
    CheckDataCommand.Create(),
    TrainCommand.Create(),
    FindRateCommand.Create(),
    MultiTaskCommand.Create(),
    CompareCommand.Create(),
    SweepCommand.Create(),
    AverageCommand.Create(),
    EvaluateCommand.Create(),
    ExportCommand.Create(),
    VocabularyCommand.Create(),
    PretrainCommand.Create(),
    DoctorCommand.Create(),
    DemoCommand.Create(),
};
return ProgramHost.Run(root, args);
