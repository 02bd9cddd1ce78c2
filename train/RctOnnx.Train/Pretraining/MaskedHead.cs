using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>
/// Token states to scores of every piece: dense, activation, normalisation, and the word table itself as the output matrix
/// (Devlin et al. 2018; transformers' BertForMaskedLM and ElectraForMaskedLM).
/// </summary>
internal sealed class MaskedHead : nn.Module<Tensor, Tensor, Tensor>
{
    private const string OutputBias = "output_bias";

    private readonly LinearLayer _dense;
    private readonly NormLayer _norm;
    private readonly Activation _activation;
    private readonly Precision _precision;

    public MaskedHead(EncoderConfig config, Precision precision)
        : base(nameof(MaskedHead))
    {
        // ELECTRA's generator goes back to the width of its embeddings, always with GELU.
        _activation = config.Architecture == Architecture.Electra ? Activation.Gelu : config.Activation;
        _precision = precision;
        _dense = new LinearLayer(config.HiddenWidth, config.EmbeddingWidth, precision);
        _norm = new NormLayer(config.EmbeddingWidth, config.LayerNormEpsilon);
        register_module("dense", _dense);
        register_module("norm", _norm);
        register_parameter(OutputBias, new Parameter(zeros(config.VocabularySize)));
    }

    private Parameter Bias => get_parameter(OutputBias)!; // asked for, as a move to a device registers a new one

    /// <summary>states [masked, hidden], word table [vocabulary, embedding width] → fp32 [masked, vocabulary].</summary>
    public override Tensor forward(Tensor states, Tensor wordTable)
    {
        Tensor inner = _norm.forward(Activations.Apply(_activation, _dense.forward(states)).to(ScalarType.Float32)); // [masked, E]
        if (!training || _precision == Precision.Fp32) return nn.functional.linear(inner, wordTable, Bias);
        return nn.functional.linear(inner.to(ScalarType.BFloat16), wordTable.to(ScalarType.BFloat16)).to(ScalarType.Float32).Plus(Bias);
    }

    /// <summary>The parameters by canonical name.</summary>
    public IEnumerable<KeyValuePair<string, Parameter>> Parameters() =>
    [
        new(TensorNames.Weight(TensorNames.MaskedDense), _dense.Weight), new(TensorNames.Bias(TensorNames.MaskedDense), _dense.Bias),
        new(TensorNames.Weight(TensorNames.MaskedNorm), _norm.Weight), new(TensorNames.Bias(TensorNames.MaskedNorm), _norm.Bias),
        new(TensorNames.MaskedOutputBias, Bias),
    ];
}
