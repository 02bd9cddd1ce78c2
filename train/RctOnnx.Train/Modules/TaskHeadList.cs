using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>The heads of further tasks by name, so that their parameters have the canonical names of the model file (<see cref="Onnx.TensorNames.Task"/>).</summary>
internal sealed class TaskHeadList : nn.Module
{
    /// <param name="heads">By the name of the task.</param>
    public TaskHeadList(IEnumerable<KeyValuePair<string, ClassifierHead>> heads)
        : base(nameof(TaskHeadList))
    {
        foreach ((string name, ClassifierHead head) in heads) register_module(name, new Named(head));
    }

    private sealed class Named : nn.Module
    {
        public Named(ClassifierHead head)
            : base(nameof(Named)) => register_module("head", head);
    }
}
