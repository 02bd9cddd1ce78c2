using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime;

/// <summary>The inputs and the logits of one shape. Used by one thread at a time.</summary>
internal sealed class BatchTensors : IDisposable
{
    private readonly StaticShape _shape;

    /// <summary>Takes memory for a shape.</summary>
    /// <param name="inputs">Names of the graph's inputs.</param>
    /// <param name="memory">Where the inputs lie.</param>
    /// <param name="logitsMemory">Where the logits lie.</param>
    /// <param name="shape">Rows and tokens.</param>
    /// <param name="answers">The form of the logits.</param>
    public BatchTensors(IReadOnlyList<string> inputs, OrtAllocator memory, OrtAllocator logitsMemory, StaticShape shape, BatchAnswers answers)
    {
        _shape = shape;
        Names = [.. inputs];
        Inputs = [.. Names.Select(name => OrtValue.CreateAllocatedTensorValue(memory, TypeOf(name), ShapeOf(name, shape)))];
        Logits = OrtValue.CreateAllocatedTensorValue(logitsMemory, TensorElementType.Float, answers.IsPerToken ? [shape.BatchSize, shape.Length, answers.LabelCount] : [shape.BatchSize, answers.LabelCount]);
    }

    /// <summary>Names of the inputs.</summary>
    public string[] Names { get; }

    /// <summary>The inputs in the order of their names.</summary>
    public OrtValue[] Inputs { get; }

    /// <summary>[rows, labels], of documents [rows, tokens, labels].</summary>
    public OrtValue Logits { get; }

    /// <summary>
    /// Writes rows into the inputs, padded on the right. Rows that the shape has beyond them get one token each: attention over
    /// nothing at all is not defined.
    /// </summary>
    /// <param name="rows">All rows.</param>
    /// <param name="chosen">Those that belong to the batch.</param>
    /// <param name="padId">Id that fills short rows.</param>
    public void Fill(TokenRows rows, ReadOnlySpan<int> chosen, int padId)
    {
        int width = _shape.Length;
        for (int i = 0; i < Names.Length; i++)
        {
            switch (Names[i])
            {
                case "input_ids":
                    Span<int> ids = Inputs[i].GetTensorMutableDataAsSpan<int>();
                    ids.Fill(padId);
                    for (int row = 0; row < chosen.Length; row++) rows.Ids(chosen[row]).CopyTo(ids[(row * width)..]);
                    break;
                case "token_type_ids":
                    Span<int> kinds = Inputs[i].GetTensorMutableDataAsSpan<int>();
                    kinds.Clear();
                    for (int row = 0; row < chosen.Length; row++) rows.Types(chosen[row]).CopyTo(kinds[(row * width)..]);
                    break;
                case "lengths":
                    Span<int> lengths = Inputs[i].GetTensorMutableDataAsSpan<int>();
                    lengths.Fill(1);
                    for (int row = 0; row < chosen.Length; row++) lengths[row] = rows.Length(chosen[row]);
                    break;
                default:
                    Span<float> mask = Inputs[i].GetTensorMutableDataAsSpan<float>();
                    mask.Fill(AttentionMask.Hidden);
                    for (int row = 0; row < _shape.BatchSize; row++)
                        mask.Slice(row * width, row < chosen.Length ? rows.Length(chosen[row]) : 1).Clear();
                    break;
            }
        }
    }

    public void Dispose()
    {
        foreach (OrtValue input in Inputs) input.Dispose();
        Logits.Dispose();
    }

    private static TensorElementType TypeOf(string name) => name == "additive_mask" ? TensorElementType.Float : TensorElementType.Int32;

    private static long[] ShapeOf(string name, StaticShape shape) => name switch
    {
        "lengths" => [shape.BatchSize],
        "additive_mask" => [shape.BatchSize, 1, 1, shape.Length],
        _ => [shape.BatchSize, shape.Length],
    };
}
