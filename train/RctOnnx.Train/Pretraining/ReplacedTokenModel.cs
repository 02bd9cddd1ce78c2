using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Pretraining;

/// <summary>
/// A small generator that fills hidden places, and the encoder that tells its pieces from those of the text (ELECTRA, Clark et al. 2020).
/// Both look up the same embedding tables.
/// </summary>
internal sealed class ReplacedTokenModel : IDisposable
{
    private const string GeneratorPrefix = "generator.";
    private static readonly string[] Tables = [TensorNames.WordEmbeddings, TensorNames.PositionEmbeddings, TensorNames.TokenTypeEmbeddings];

    private readonly DetectionHead _head;

    /// <param name="config">The encoder that is kept; ELECTRA.</param>
    /// <param name="pooling">How it will be pooled later.</param>
    /// <param name="generatorShare">Width of the generator as a share of the encoder's.</param>
    /// <param name="precision">In what numbers the products of training run.</param>
    public ReplacedTokenModel(EncoderConfig config, Pooling pooling, double generatorShare, Precision precision)
    {
        Encoder = new ClassifierModel(config, new HeadConfig { Kind = HeadKind.None, Pooling = pooling }, 0, precision);
        Generator = new MaskedLanguageModel(GeneratorOf(config, generatorShare), Pooling.Cls, precision, tablesOf: Encoder);
        _head = new DetectionHead(config, precision);
    }

    /// <summary>The discriminator, which is kept after pre-training.</summary>
    public ClassifierModel Encoder { get; }

    /// <summary>Fills hidden places; not kept.</summary>
    public MaskedLanguageModel Generator { get; }

    /// <summary>The generator of an encoder: as deep, its embeddings as wide, and narrower in whole heads (Clark et al. 2020, section 3.2).</summary>
    public static EncoderConfig GeneratorOf(EncoderConfig config, double share)
    {
        int heads = Math.Max(1, (int)Math.Round(config.HeadCount * share));
        return config with
        {
            HiddenWidth = heads * config.HeadWidth,
            HeadCount = heads,
            IntermediateWidth = Math.Max(1, (int)Math.Round(config.IntermediateWidth * share)),
        };
    }

    /// <summary>Both losses of a batch; the tensors belong to the dispose scope of the caller.</summary>
    /// <param name="batch">With hidden pieces.</param>
    /// <param name="device">Where the model lies.</param>
    /// <param name="random">Draws the generator's pieces.</param>
    public ReplacedTokenLoss Loss(MaskedBatch batch, Device device, SeededOrder random)
    {
        BatchTensors inputs = BatchTensors.Of(batch.Tokens, device);
        Tensor positions = tensor(batch.Positions, device: device), labels = tensor(batch.Labels, device: device);
        Tensor generated = Generator.Logits(inputs.Ids, inputs.Mask, inputs.Types, positions); // [masked, vocabulary]
        Tensor pieces = Draw(generated.detach(), random, device);
        Tensor replaced = zeros(inputs.Ids.numel(), device: device).scatter(0, positions, pieces.ne(labels).to(ScalarType.Float32));
        Tensor seen = inputs.Ids.flatten().scatter(0, positions, pieces).view(inputs.Ids.shape);
        Tensor scores = Detect(seen, inputs.Mask, inputs.Types).flatten(); // [B · S]
        Tensor each = nn.functional.binary_cross_entropy_with_logits(scores, replaced, reduction: nn.Reduction.None);
        Tensor? stands = inputs.Mask?.flatten().to(ScalarType.Float32);
        return new ReplacedTokenLoss(
            nn.functional.cross_entropy(generated, labels, reduction: nn.Reduction.Sum), (stands is null ? each : each * stands).sum(), scores.detach(), replaced, stands);
    }

    /// <summary>Scores of having been replaced, fp32 [B, S]: above 0 means replaced. Parameters as in <see cref="ClassifierModel.forward"/>.</summary>
    public Tensor Detect(Tensor ids, Tensor? mask, Tensor? typeIds) => _head.forward(Encoder.LastStates(ids, mask, typeIds));

    /// <summary>All parameters by name, the shared tables once.</summary>
    public Dictionary<string, Parameter> Parameters()
    {
        Dictionary<string, Parameter> parameters = Encoder.Parameters();
        foreach ((string name, Parameter parameter) in _head.Parameters()) parameters.Add(name, parameter);
        foreach ((string name, Parameter parameter) in Generator.Parameters())
            if (!Tables.Contains(name)) parameters.Add(GeneratorPrefix + name, parameter);
        return parameters;
    }

    /// <summary>Training or evaluation.</summary>
    public void Train(bool training)
    {
        Encoder.train(training);
        Generator.Train(training);
        _head.train(training);
    }

    /// <summary>Moves all parameters to a device.</summary>
    public void To(Device device)
    {
        Encoder.to(device);
        Generator.To(device);
        _head.to(device);
    }

    /// <summary>Fresh weights of everything from a seed.</summary>
    public void Initialize(long seed)
    {
        Generator.Encoder.Initialize(seed + 2);
        Generator.InitializeHead(seed + 1);
        Encoder.Initialize(seed); // after the generator, as the tables are its own
        ParameterValues.Draw(_head.Parameters(), Encoder.Config.InitializerRange, seed + 3);
    }

    /// <summary>Replaces the detection head's weights.</summary>
    /// <exception cref="ModelFileException">One is missing or has another shape.</exception>
    public void LoadHead(IReadOnlyDictionary<string, TensorData> weights) => ParameterValues.Load(_head.Parameters(), weights);

    /// <summary>Fills everything.</summary>
    /// <exception cref="ModelFileException">A weight is missing or has another shape.</exception>
    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => ParameterValues.Load(Parameters(), weights);

    /// <summary>Every parameter in fp32.</summary>
    public IReadOnlyDictionary<string, TensorData> ReadWeights() => Parameters().ToDictionary(pair => pair.Key, pair => ParameterValues.Read(pair.Value));

    public void Dispose()
    {
        _head.Dispose();
        Generator.Dispose();
        Encoder.Dispose();
    }

    // Inverse of the cumulative distribution at one number a place: a number a piece, as Gumbel noise wants, would cost as much as the generator.
    private static Tensor Draw(Tensor logits, SeededOrder random, Device device)
    {
        using IDisposable noGradient = no_grad();
        float[] numbers = new float[logits.shape[0]];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = (float)random.NextDouble();
        Tensor below = logits.softmax(-1).cumsum(-1).lt(tensor(numbers, [numbers.Length, 1], device: device));
        return below.sum(-1).AtMost(logits.shape[1] - 1); // int64 [masked]
    }
}
