using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace RctOnnx.Train.Export;

/// <summary>The model in TorchSharp that an export is compared with, in fp32 and without dropout.</summary>
internal sealed class ProofModel : IDisposable
{
    private readonly ModelArtifact _artifact;
    private readonly int _maskId;
    private readonly ClassifierModel? _model;
    private readonly MaskedLanguageModel? _masked;

    public ProofModel(ModelArtifact artifact, int maskId)
    {
        (_artifact, _maskId) = (artifact, maskId);
        if (artifact.Head.Kind == HeadKind.MaskedLm)
        {
            _masked = new MaskedLanguageModel(artifact.Encoder, Pooling.Cls, Precision.Fp32);
            _masked.LoadWeights(artifact.Weights);
            _masked.Train(false);
            return;
        }
        _model = ClassifierModel.Of(artifact);
        _model.LoadWeights(artifact.Weights);
        _model.eval();
    }

    /// <summary>A row with its answer; of a masked language model some of its tokens become masks first.</summary>
    public ProofRow Answer(int[] ids, int[]? types)
    {
        int[]? reads = _masked is not null ? Places(ids.Length) : _artifact.IsPerToken ? [.. Enumerable.Range(0, ids.Length)] : null;
        if (_masked is not null) ids = [.. ids.Select((id, place) => reads!.Contains(place) ? _maskId : id == _maskId ? 0 : id)];
        using DisposeScope row = NewDisposeScope();
        Tensor input = tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length]);
        Tensor? typeIds = types is null ? null : tensor(types.Select(type => (long)type).ToArray(), [1, ids.Length]);
        Tensor logits = _masked is not null ? _masked.Logits(input, null, typeIds, tensor(reads!.Select(place => (long)place).ToArray())) : _model!.forward(input, null, typeIds);
        return new ProofRow(ids, types, logits.contiguous().data<float>().ToArray(), reads);
    }

    public void Dispose()
    {
        _masked?.Dispose();
        _model?.Dispose();
    }

    // The first token behind [CLS], one in the middle and the last one: an answer is as wide as the vocabulary, so that all would be gigabytes.
    private static int[] Places(int length) => [.. new[] { Math.Min(1, length - 1), length / 2, length - 1 }.Distinct().Order()];
}
