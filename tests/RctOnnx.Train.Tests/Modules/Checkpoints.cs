using System.Text.Json;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using RctOnnx.Train.Modules;
using RctOnnx.Weights;
using RctOnnx.Weights.HuggingFace;
using static TorchSharp.torch;

namespace RctOnnx.Train.Tests.Modules;

/// <summary>Reference checkpoints as models, and reference inputs as tensors.</summary>
internal static class Checkpoints
{
    /// <summary>The model of a folder with the head that its architecture names.</summary>
    public static ClassifierModel Load(string folder, Precision precision = Precision.Fp32, HeadConfig? head = null)
    {
        HuggingFaceConfig config = NextSentence.Named(HuggingFaceConfig.Read(folder));
        bool bare = config.ArchitectureName is "BertModel" or "ElectraModel", bert = config.Encoder.Architecture == Architecture.Bert;
        head ??= new HeadConfig
        {
            Kind = bare ? HeadKind.None : bert ? HeadKind.Linear : HeadKind.Electra,
            Pooling = bert ? Pooling.Pooler : Pooling.Cls,
            Dropout = config.Encoder.HiddenDropout,
        };
        int labelCount = head.Kind == HeadKind.None ? 0 : config.Labels.Count;
        ClassifierModel model = new(config.Encoder, head, labelCount, precision);
        model.LoadWeights(HuggingFaceNames.Import(config.Encoder, head, labelCount, NextSentence.Renamed(config, CheckpointFolder.ReadTensors(folder))).Weights);
        return model;
    }

    /// <summary>A list of rows as int64 [B, S].</summary>
    public static Tensor Ids(JsonElement rows)
    {
        int[][] values = GoldenTensor.Rows(rows);
        return tensor([.. values.SelectMany(row => row.Select(value => (long)value))], [values.Length, values[0].Length]);
    }

    /// <summary>ids, mask and type ids of a reference input.</summary>
    public static (Tensor Ids, Tensor Mask, Tensor Types) Input(JsonElement input) =>
        (Ids(input.GetProperty("input_ids")), Ids(input.GetProperty("attention_mask")), Ids(input.GetProperty("token_type_ids")));

    /// <summary>The numbers in row-major order.</summary>
    public static float[] Floats(Tensor tensor) => tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
