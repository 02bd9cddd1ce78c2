using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>An encoder that names hidden pieces (Devlin et al. 2018). Only masked positions go through the output matrix, which is the widest of all.</summary>
internal sealed class MaskedLanguageModel : IDisposable
{
    private readonly MaskedHead _head;
    private Parameter _wordTable;

    /// <param name="config">The encoder, with the dropout that pre-training shall have.</param>
    /// <param name="pooling">How the encoder will be pooled later; decides only whether pooler weights are carried along.</param>
    /// <param name="precision">In what numbers the products of training run.</param>
    /// <param name="tablesOf">A model whose embedding tables are looked up in place of own ones, or null.</param>
    public MaskedLanguageModel(EncoderConfig config, Pooling pooling, Precision precision, ClassifierModel? tablesOf = null)
    {
        Encoder = new ClassifierModel(config, new HeadConfig { Kind = HeadKind.None, Pooling = pooling }, 0, precision, tablesOf);
        _head = new MaskedHead(config, precision);
        _wordTable = Encoder.Parameters()[TensorNames.WordEmbeddings];
    }

    /// <summary>The encoder; its <see cref="ClassifierModel.ReadWeights"/> gives what is kept after pre-training.</summary>
    public ClassifierModel Encoder { get; }

    /// <summary>Scores of every piece at chosen positions.</summary>
    /// <param name="ids">int64 [B, S].</param>
    /// <param name="mask">int64 [B, S], or null when no row is padded.</param>
    /// <param name="typeIds">int64 [B, S], or null for all zero.</param>
    /// <param name="positions">int64 [masked], indexes into the B · S tokens in row-major order.</param>
    /// <returns>fp32 [masked, vocabulary].</returns>
    public Tensor Logits(Tensor ids, Tensor? mask, Tensor? typeIds, Tensor positions)
    {
        Tensor states = Encoder.LastStates(ids, mask, typeIds); // [B, S, hidden]
        return _head.forward(states.reshape(-1, Encoder.Config.HiddenWidth).index_select(0, positions), _wordTable);
    }

    /// <summary>Cross-entropy in nats, summed over the chosen positions; labels int64 [masked].</summary>
    public Tensor LossSum(Tensor ids, Tensor? mask, Tensor? typeIds, Tensor positions, Tensor labels) =>
        nn.functional.cross_entropy(Logits(ids, mask, typeIds, positions), labels, reduction: nn.Reduction.Sum);

    /// <summary>All parameters by canonical name.</summary>
    public Dictionary<string, Parameter> Parameters()
    {
        Dictionary<string, Parameter> parameters = Encoder.Parameters();
        foreach ((string name, Parameter parameter) in _head.Parameters()) parameters.Add(name, parameter);
        return parameters;
    }

    /// <summary>Training or evaluation.</summary>
    public void Train(bool training)
    {
        Encoder.train(training);
        _head.train(training);
    }

    /// <summary>Moves all parameters to a device. The word table is found again there: moving may replace it.</summary>
    public void To(Device device)
    {
        Encoder.to(device);
        _head.to(device);
        _wordTable = Encoder.Parameters()[TensorNames.WordEmbeddings];
    }

    /// <summary>Fills encoder and head.</summary>
    /// <exception cref="ModelFileException">A weight is missing, has another shape, or has no place.</exception>
    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights)
    {
        Dictionary<string, Parameter> own = _head.Parameters().ToDictionary(pair => pair.Key, pair => pair.Value);
        Encoder.LoadWeights(weights.Where(pair => !own.ContainsKey(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value));
        ParameterValues.Load(own, weights);
    }

    /// <summary>Every parameter in fp32 under its canonical name.</summary>
    public IReadOnlyDictionary<string, TensorData> ReadWeights()
    {
        Dictionary<string, TensorData> weights = new(Encoder.ReadWeights());
        foreach ((string name, Parameter parameter) in _head.Parameters()) weights[name] = ParameterValues.Read(parameter);
        return weights;
    }

    /// <summary>Fresh head weights from a seed: the matrix normal with the encoder's initializer range, biases zero, norm one.</summary>
    public void InitializeHead(long seed) => ParameterValues.Draw(_head.Parameters(), Encoder.Config.InitializerRange, seed);

    public void Dispose()
    {
        _head.Dispose();
        Encoder.Dispose();
    }
}
