using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Modules;

/// <summary>
/// An encoder with a head, assembled from its configuration: BERT (Devlin et al. 2018) and ELECTRA (Clark et al. 2020).
/// The names of its parameters are the canonical names of the model file, and so are the shapes.
/// </summary>
public sealed class ClassifierModel : nn.Module<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly EmbeddingBlock _embeddings;
    private readonly TransformerEncoder _encoder;
    private readonly LinearLayer? _pooler;
    private readonly ClassifierHead? _head;
    private readonly IReadOnlyList<TaskDescription> _moreTasks;
    private readonly ClassifierHead[] _moreHeads;
    private readonly PairEncoding? _pairs;
    private readonly ClassifierModel? _second; // of the second text, where it has an encoder of its own

    /// <summary>A model with memory for its weights; fill them with <see cref="LoadWeights"/> or <see cref="Initialize"/>.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <param name="head">What stands on it.</param>
    /// <param name="labelCount">Number of logits.</param>
    /// <param name="precision">In what numbers the products of training run.</param>
    /// <param name="tablesOf">A model whose embedding tables are looked up in place of own ones, or null.</param>
    /// <param name="moreTasks">Tasks whose heads stand beside the first one; null for none.</param>
    /// <param name="pairs">How pairs are read by two encoders; null for one.</param>
    /// <exception cref="ModelFileException">The configuration is not usable; all faults are listed.</exception>
    public ClassifierModel(EncoderConfig encoder, HeadConfig head, int labelCount, Precision precision = Precision.Fp32, ClassifierModel? tablesOf = null, IReadOnlyList<TaskDescription>? moreTasks = null, PairEncoding? pairs = null)
        : base(nameof(ClassifierModel))
    {
        (_moreTasks, _pairs) = (moreTasks ?? [], pairs);
        _moreHeads = [.. _moreTasks.Select(task => new ClassifierHead(task.Head, encoder.HiddenWidth, task.Labels.Count))];
        encoder.Validate();
        if (head.Kind == HeadKind.MaskedLm) throw new SettingsException($"The head {head.Kind} is that of a masked language model, which is no classifier of texts. Name a base without it, or an encoder.");
        if (head.Kind != HeadKind.None && labelCount <= 0)
            throw new SettingsException($"A model with the head {head.Kind} has {labelCount} labels, expected at least one.");
        (Config, Head, LabelCount, Precision) = (encoder, head, labelCount, precision);
        _embeddings = new EmbeddingBlock(encoder, precision, tablesOf?._embeddings);
        _encoder = new TransformerEncoder(encoder, precision);
        register_module("embeddings", _embeddings);
        register_module("encoder", _encoder);
        if (head.Pooling == Pooling.Pooler)
        {
            _pooler = new LinearLayer(encoder.HiddenWidth, encoder.HiddenWidth, Precision.Fp32);
            register_module("pooler", _pooler);
        }
        if (pairs is { IsShared: false })
        {
            _second = new ClassifierModel(encoder, new HeadConfig { Kind = HeadKind.None, Pooling = head.Pooling }, 0, precision);
            register_module("second", _second);
        }
        if (head.Kind == HeadKind.None) return;
        _head = new ClassifierHead(head, pairs?.FeatureWidth(encoder.HiddenWidth) ?? encoder.HiddenWidth, labelCount);
        register_module("head", _head);
        if (_moreHeads.Length > 0) register_module("tasks", new TaskHeadList(_moreTasks.Zip(_moreHeads, (task, own) => KeyValuePair.Create(task.Name, own))));
    }

    /// <summary>A model for the description, with memory for its weights.</summary>
    /// <param name="model">Encoder and heads.</param>
    /// <param name="precision">In what numbers the products of training run.</param>
    public static ClassifierModel Of(ModelDescription model, Precision precision = Precision.Fp32) =>
        new(model.Encoder, model.Head, model.Labels.Count, precision, moreTasks: model.MoreTasks, pairs: model.PairEncoding);

    /// <summary>The encoder's shape.</summary>
    public EncoderConfig Config { get; }

    /// <summary>How features become logits.</summary>
    public HeadConfig Head { get; }

    /// <summary>Number of logits, of the first task where there are several.</summary>
    public int LabelCount { get; }

    /// <summary>In what numbers the products run.</summary>
    public Precision Precision { get; }

    /// <summary>Logits of a batch.</summary>
    /// <param name="ids">int64 [B, S].</param>
    /// <param name="mask">int64 [B, S], 1 for tokens and 0 for padding; null when no row is padded (faster, the same answer).</param>
    /// <param name="typeIds">int64 [B, S]; null for all zero.</param>
    /// <returns>fp32 [B, labels], of several tasks all of them side by side; without a head the features, [B, hidden]; of a model that answers for tokens [B × S, labels], a row a token.</returns>
    public override Tensor forward(Tensor ids, Tensor? mask, Tensor? typeIds)
    {
        return Logits(Encoded(ids, mask, typeIds));
    }

    /// <summary>What <see cref="Encoded"/> gave → logits, fp32 [B, labels]; without a head the features, [B, hidden].</summary>
    /// <param name="encoded">[B, hidden].</param>
    /// <param name="task">Index of the task whose head answers; null for all, side by side.</param>
    public Tensor Logits(Tensor encoded, int? task = null)
    {
        Tensor features = Pooled(encoded);
        if (_head is null) return features;
        if (task is { } one) return (one == 0 ? _head : _moreHeads[one - 1]).forward(features);
        return _moreHeads.Length == 0 ? _head.forward(features) : cat([_head.forward(features), .. _moreHeads.Select(head => head.forward(features))], 1);
    }

    /// <summary>Logits of pairs that two encoders read, fp32 [B, labels].</summary>
    /// <param name="first">The first texts.</param>
    /// <param name="second">The second texts, as many.</param>
    internal Tensor PairLogits(BatchTensors first, BatchTensors second)
    {
        Tensor a = Pooled(Encoded(first.Ids, first.Mask)), b = _second is null ? Pooled(Encoded(second.Ids, second.Mask)) : _second.Pooled(_second.Encoded(second.Ids, second.Mask));
        return _head!.forward(_pairs!.Combine switch
        {
            FeatureCombination.Max => maximum(a, b),
            FeatureCombination.Mean => a.Plus(b).Times(0.5),
            FeatureCombination.Sum => a.Plus(b),
            FeatureCombination.Concat => cat([a, b], 1),
            FeatureCombination.Difference => a.Minus(b).abs(),
            _ => throw new SettingsException($"The combination {_pairs.Combine} cannot be trained; known are {string.Join(", ", Enum.GetNames<FeatureCombination>())}."),
        });
    }

    /// <summary>Parameters of the heads of all tasks but one.</summary>
    /// <param name="task">Its index.</param>
    public IEnumerable<Parameter> OtherHeads(int task) => new[] { _head! }.Concat(_moreHeads).Where((_, index) => index != task).SelectMany(head => head.parameters());

    /// <summary>The pooled features of a batch, fp32 [B, hidden]. Parameters as in <see cref="forward"/>.</summary>
    public Tensor Features(Tensor ids, Tensor? mask = null, Tensor? typeIds = null) => Pooled(Encoded(ids, mask, typeIds));

    /// <summary>What the encoder says of a batch, below pooler and head: fp32 [B, hidden]; of a model that answers for tokens [reads, hidden]. Parameters as in <see cref="forward"/>.</summary>
    /// <param name="ids">int64 [B, S].</param>
    /// <param name="mask">int64 [B, S], or null.</param>
    /// <param name="typeIds">int64 [B, S], or null.</param>
    /// <param name="reads">int64: places in B × S whose answers are wanted, of a model that answers for tokens; null reads all.</param>
    public Tensor Encoded(Tensor ids, Tensor? mask = null, Tensor? typeIds = null, Tensor? reads = null)
    {
        Tensor states = _embeddings.forward(ids, typeIds);
        Tensor? additive = Additive(mask);
        return Head.Pooling switch
        {
            Pooling.Cls or Pooling.Pooler => _encoder.FirstToken(states, additive),
            Pooling.Mean => TokenPooling.Mean(_encoder.forward(states, additive), mask),
            Pooling.Max => TokenPooling.Max(_encoder.forward(states, additive), mask),
            Pooling.Separators or Pooling.Tokens => TokenPooling.At(_encoder.forward(states, additive), reads),
            _ => throw new SettingsException($"The pooling {Head.Pooling} cannot be trained; known are {string.Join(", ", Enum.GetNames<Pooling>())}."),
        };
    }

    /// <summary>The last token states, fp32 [B, S, hidden]. Parameters as in <see cref="forward"/>.</summary>
    public Tensor LastStates(Tensor ids, Tensor? mask = null, Tensor? typeIds = null) =>
        _encoder.forward(_embeddings.forward(ids, typeIds), Additive(mask));

    /// <summary>The embeddings and the states after every layer, each fp32 [B, S, hidden]. Parameters as in <see cref="forward"/>.</summary>
    public IReadOnlyList<Tensor> HiddenStates(Tensor ids, Tensor? mask = null, Tensor? typeIds = null) =>
        _encoder.AllStates(_embeddings.forward(ids, typeIds), Additive(mask));

    /// <summary>What <see cref="HiddenStates"/> gave → logits, fp32 [B, labels]: those of <see cref="forward"/> but for rounding.</summary>
    /// <param name="states">The last one is used.</param>
    /// <param name="mask">That of the states.</param>
    public Tensor LogitsOfStates(IReadOnlyList<Tensor> states, Tensor? mask) => Logits(Head.Pooling switch
    {
        Pooling.Mean => TokenPooling.Mean(states[^1], mask),
        Pooling.Max => TokenPooling.Max(states[^1], mask),
        _ => states[^1].select(1, 0), // [CLS] out of all, which the layer computed for the others' sake
    });

    /// <summary>Fills every parameter.</summary>
    /// <param name="weights">Canonical names; fp32, fp16 or bf16.</param>
    /// <exception cref="ModelFileException">A weight is missing, has another shape, or has no place; all faults are listed.</exception>
    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights)
    {
        Dictionary<string, Parameter> parameters = Parameters();
        List<string> faults = [.. weights.Keys.Where(name => !parameters.ContainsKey(name)).Select(name => $"'{name}' has no place here")];
        foreach ((string name, Parameter parameter) in parameters)
        {
            if (!weights.TryGetValue(name, out TensorData? data)) faults.Add($"'{name}' is missing");
            else if (!data.Shape.SequenceEqual(parameter.shape))
                faults.Add($"'{name}' has the shape [{string.Join(", ", data.Shape)}], expected [{string.Join(", ", parameter.shape)}]");
        }
        if (faults.Count > 0)
            throw new ModelFileException($"The weights do not fit the model: {string.Join("; ", faults.Take(12))}{(faults.Count > 12 ? $"; and {faults.Count - 12} more" : "")}.");
        ParameterValues.Load(parameters, weights);
    }

    /// <summary>Every parameter in fp32 under its canonical name, in the order of <see cref="WeightShapes"/>; bit for bit what was loaded.</summary>
    public IReadOnlyDictionary<string, TensorData> ReadWeights()
    {
        Dictionary<string, Parameter> parameters = Parameters();
        Dictionary<string, TensorData> weights = [];
        foreach ((string name, _) in Shapes) weights[name] = ParameterValues.Read(parameters[name]);
        return weights;
    }

    /// <summary>
    /// Fresh weights from a seed: matrices and tables normal with the encoder's initializer range, biases zero, norms one
    /// (BERT's initialisation, Devlin et al. 2018). The same numbers on every device.
    /// </summary>
    public void Initialize(long seed)
    {
        Dictionary<string, Parameter> parameters = Parameters();
        ParameterValues.Draw(Shapes.Select(weight => KeyValuePair.Create(weight.Key, parameters[weight.Key])), Config.InitializerRange, seed);
    }

    /// <summary>Whether no parameter of embeddings and layers is trained.</summary>
    public bool IsEncoderFrozen => !_embeddings.parameters().Concat(_encoder.parameters()).Any(parameter => parameter.requires_grad) && _second is not { IsEncoderFrozen: false };

    /// <summary>Keeps parameters as they are: no gradient is computed for them.</summary>
    /// <param name="names">Canonical names.</param>
    public void Freeze(IReadOnlySet<string> names)
    {
        foreach ((string name, Parameter parameter) in Parameters()) parameter.requires_grad = !names.Contains(name);
    }

    /// <summary>Whether training computes every layer again in the backward pass in place of keeping what it needs (gradient checkpointing); on the CPU.</summary>
    public void RecomputeLayers(bool isRecomputed)
    {
        _encoder.Recompute(isRecomputed);
        _second?.RecomputeLayers(isRecomputed);
    }

    /// <summary>The parameters by canonical name.</summary>
    public Dictionary<string, Parameter> Parameters() => named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);

    private IEnumerable<KeyValuePair<string, long[]>> Shapes => (_pairs is null ? WeightShapes.Of(Config, Head, LabelCount) : WeightShapes.OfPairs(Config, Head, LabelCount, _pairs)).Concat(_moreTasks.SelectMany(task => WeightShapes.OfTask(Config, task)));

    private Tensor Pooled(Tensor encoded) => _pooler is null ? encoded : _pooler.forward(encoded).tanh();

    // [B, S] → [B, 1, 1, S]: 0 where a token stands and the constant of every graph where padding does.
    private static Tensor? Additive(Tensor? mask) =>
        mask is null ? null : mask.to(ScalarType.Float32).From(1).Times(AttentionMask.Hidden).unsqueeze(1).unsqueeze(1);
}
