using RctOnnx.Onnx;
using RctOnnx.Train.Bases;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Settings;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Train.Distillation;

/// <summary>
/// A teacher whose token states a student follows, layer by layer (TinyBERT, Jiao et al. 2019; DistilBERT, Sanh et al. 2019). It runs in
/// this process, in fp32 and without gradients and dropout, on the ids of the batch: a pass of the layers that are followed for every step. Where
/// the widths differ, a linear projection of the student's states is learnt beside it, one for all layers; it is no part of the exported model.
/// </summary>
internal sealed class HiddenTeacher : IDisposable
{
    private const string Prefix = "teacher_projection.";

    private readonly ClassifierModel _teacher;
    private readonly IReadOnlyList<int> _layers;
    private readonly LinearLayer? _projection;
    private readonly double _weight;

    /// <param name="teacher">An encoder, at least so deep as its highest layer that is followed; it is this object's from here on.</param>
    /// <param name="layers">For every layer of the student, the one of the teacher, from 0.</param>
    /// <param name="weight">Multiplies the distance.</param>
    /// <param name="student">The student's shape.</param>
    /// <param name="seed">Draws the projection.</param>
    /// <param name="device">Where the student is.</param>
    public HiddenTeacher(ClassifierModel teacher, IReadOnlyList<int> layers, double weight, EncoderConfig student, long seed, Device device)
    {
        (_teacher, _layers, _weight) = (teacher, layers, weight);
        _teacher.eval();
        _teacher.to(device);
        if (student.HiddenWidth == teacher.Config.HiddenWidth) return;
        _projection = new LinearLayer(student.HiddenWidth, teacher.Config.HiddenWidth, Precision.Fp32);
        ParameterValues.Draw(Named(), student.InitializerRange, seed);
        _projection.to(device);
    }

    /// <summary>The projection's by name; none where the widths are the same.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => Named().ToDictionary();

    /// <summary>Whether a weight of a checkpoint belongs to the projection.</summary>
    public static bool Holds(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Reads the teacher of the settings, as deep as it is followed.</summary>
    /// <param name="settings">Of the run.</param>
    /// <param name="student">The model to be trained, whose tokenizer must be the teacher's.</param>
    /// <param name="device">Where to run.</param>
    /// <param name="tell">Takes messages for people.</param>
    /// <exception cref="ModelFileException">The file cannot be read or is no classifier.</exception>
    /// <exception cref="SettingsException">The teacher reads other tokens or fewer of them, the layers do not fit, or the student's states stay as they are.</exception>
    public static HiddenTeacher Load(TrainSettings settings, ModelArtifact student, Device device, Action<string> tell)
    {
        if (settings.UnfreezeEvery is null && FrozenParameters.Of(student.Weights.Keys, settings.Freeze, student.Encoder.LayerCount) is { } frozen
            && !student.Weights.Keys.Any(name => FrozenParameters.IsEncoder(name) && !frozen.Contains(name)))
            throw new SettingsException($"--teacher-hidden-weight with --freeze {string.Join(" ", settings.Freeze)}: the encoder's states stay as they are, there is nothing that could follow a teacher. Leave out one of the two.");
        ModelArtifact teacher = BaseModel.LoadClassifier(settings.Teacher!, tell: tell);
        RequireSameTokens(settings, student, teacher);
        IReadOnlyList<int> layers = TeacherLayers.Of(settings.TeacherLayers, student.Encoder.LayerCount, teacher.Encoder.LayerCount);
        teacher = LayerChoice.Keep(teacher, [.. Enumerable.Range(0, layers[^1] + 1)]);
        ClassifierModel model = new(teacher.Encoder, new HeadConfig { Kind = HeadKind.None, Pooling = Pooling.Mean }, 0);
        model.LoadWeights(teacher.Weights.Where(pair => FrozenParameters.IsEncoder(pair.Key)).ToDictionary());
        HiddenTeacher hidden = new(model, layers, settings.TeacherHiddenWeight, student.Encoder, settings.Seed, device);
        string through = hidden._projection is null ? "" : $", through a projection from {student.Encoder.HiddenWidth} to {teacher.Encoder.HiddenWidth}";
        tell($"The layers {string.Join(", ", Enumerable.Range(0, layers.Count))} follow those of the teacher with the numbers {string.Join(", ", layers)}{through}.");
        return hidden;
    }

    /// <summary>
    /// The weight times the squared distances: their mean over width, tokens of a text (padding left out) and layers, summed over the
    /// texts, so that accumulated batches add up to one large batch. A scalar.
    /// </summary>
    /// <param name="states">The student's embeddings and states after every layer, each fp32 [B, S, student's width].</param>
    /// <param name="batch">What the student was asked.</param>
    /// <param name="rowWeights">What each text counts in the loss, B numbers.</param>
    public Tensor Sum(IReadOnlyList<Tensor> states, BatchTensors batch, IReadOnlyList<double> rowWeights)
    {
        IReadOnlyList<Tensor> wanted;
        using (no_grad()) wanted = _teacher.HiddenStates(batch.Ids, batch.Mask, batch.Types);
        Tensor? total = null; // [B]
        for (int i = 0; i < _layers.Count; i++)
        {
            Tensor found = _projection is null ? states[i + 1] : _projection.forward(states[i + 1]);
            Tensor squares = found.Minus(wanted[_layers[i] + 1]).square().mean([-1], keepdim: true); // [B, S, 1]
            Tensor mean = TokenPooling.Mean(squares, batch.Mask).squeeze(-1); // [B]
            total = total is null ? mean : total.Plus(mean);
        }
        using Tensor weights = tensor([.. rowWeights.Select(weight => (float)(weight * _weight / _layers.Count))], device: total!.device);
        return (total * weights).sum();
    }

    /// <summary>The projection for a checkpoint.</summary>
    public IEnumerable<KeyValuePair<string, TensorData>> ReadWeights() => Named().Select(pair => KeyValuePair.Create(pair.Key, ParameterValues.Read(pair.Value)));

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="ModelFileException">The projection is missing or has another shape.</exception>
    public void LoadWeights(IReadOnlyDictionary<string, TensorData> weights) => ParameterValues.Load(Named(), weights);

    public void Dispose()
    {
        _teacher.Dispose();
        _projection?.Dispose();
    }

    private static void RequireSameTokens(TrainSettings settings, ModelArtifact student, ModelArtifact teacher)
    {
        List<string> faults = [];
        int same = student.Vocabulary.Zip(teacher.Vocabulary).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same < Math.Max(student.Vocabulary.Count, teacher.Vocabulary.Count))
            faults.Add($"its vocabulary of {teacher.Vocabulary.Count} pieces has {Piece(teacher, same)} as number {same}, that of '{settings.Base}' with {student.Vocabulary.Count} has {Piece(student, same)}");
        if (Resolved(teacher) != Resolved(student)) faults.Add($"its tokenizer is {Resolved(teacher)}, that of the training is {Resolved(student)}");
        if (teacher.Encoder.PositionCount < settings.MaxLength) faults.Add($"it has {teacher.Encoder.PositionCount} positions, max-length is {settings.MaxLength}");
        if (teacher.PairEncoding is not null) faults.Add("it reads the texts of a pair by two encoders, the student by one");
        if (settings.PairColumn is not null && teacher.Encoder.TokenTypeCount < 2) faults.Add("it has one token type, pairs have two");
        if (faults.Count > 0)
            throw new SettingsException($"The hidden states of the teacher '{settings.Teacher}' cannot be followed, as it reads other tokens: {string.Join("; ", faults)}. Take a teacher out of the same base or vocabulary, or leave --teacher-hidden-weight out: answers alone can be learnt from any teacher.");
    }

    private static string Piece(ModelArtifact model, int index) => index < model.Vocabulary.Count ? $"'{model.Vocabulary[index]}'" : "none";

    private static TokenizerSettings Resolved(ModelArtifact model) => model.Tokenizer with { StripAccents = model.Tokenizer.StripsAccents };

    // Asked for, as a move to a device registers new ones.
    private IEnumerable<KeyValuePair<string, Parameter>> Named() =>
        _projection is null ? [] : [KeyValuePair.Create(Prefix + "weight", _projection.Weight), KeyValuePair.Create(Prefix + "bias", _projection.Bias)];
}
