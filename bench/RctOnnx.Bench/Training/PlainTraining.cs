using System.Diagnostics;
using RctOnnx.Onnx;
using RctOnnx.Train.Batching;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RctOnnx.Bench.Training;

/// <summary>
/// The loop that a user of TorchSharp would write after the tutorials: modules of TorchSharp's own, fp32, batches in the order
/// of the file padded to their longest row, a mask always, all positions of the last layer, AdamW and clipping of TorchSharp,
/// the loss read every step. Same weights and rows as ours, and tokens ready in memory as ours are.
/// </summary>
internal sealed class PlainTraining : ITrainingContestant, IDisposable
{
    private readonly TrainingMaterial _material;
    private readonly Bert _model;
    private readonly optim.Optimizer _optimizer;
    private int _step;

    public PlainTraining(TrainingMaterial material)
    {
        _material = material;
        _model = new Bert(material.Base.Artifact);
        _optimizer = optim.AdamW(_model.parameters(), material.Settings.LearningRate, weight_decay: material.Settings.WeightDecay);
        _model.train();
    }

    /// <inheritdoc/>
    public RoundResult Run(int stepCount)
    {
        List<int[]> batches = [];
        List<double> seconds = [];
        for (int i = 0; i < stepCount; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int[] rows = [.. Enumerable.Range(_step++ * _material.Settings.Batch, _material.Settings.Batch)];
            Step(rows);
            batches.Add(rows);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return _material.Figures(batches, seconds);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
    }

    private void Step(int[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        TokenBatch batch = TokenBatch.Of(_material.Train.Tokens, rows, padId: 0);
        Tensor ids = tensor(batch.Ids, [batch.RowCount, batch.Width]);
        Tensor mask = batch.Mask is { } values ? tensor(values, [batch.RowCount, batch.Width]) : ones_like(ids);
        Tensor labels = tensor(rows.Select(row => (long)_material.Train.Classes[row]).ToArray());
        _optimizer.zero_grad();
        Tensor loss = nn.functional.cross_entropy(_model.forward(ids, mask), labels);
        loss.backward();
        nn.utils.clip_grad_norm_(_model.parameters(), 1);
        _optimizer.step();
        double value = loss.item<float>();
        if (!double.IsFinite(value)) throw new InvalidOperationException($"The plain loop's loss is {value} at step {_step}.");
    }

    private sealed class Bert : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Embedding _words, _positions, _types;
        private readonly LayerNorm _norm;
        private readonly Dropout _dropout;
        private readonly ModuleList<Layer> _layers;
        private readonly Linear? _pooler;
        private readonly Linear _head;

        public Bert(ModelArtifact artifact)
            : base(nameof(Bert))
        {
            EncoderConfig config = artifact.Encoder;
            _words = nn.Embedding(config.VocabularySize, config.HiddenWidth);
            _positions = nn.Embedding(config.PositionCount, config.HiddenWidth);
            _types = nn.Embedding(config.TokenTypeCount, config.HiddenWidth);
            _norm = nn.LayerNorm(config.HiddenWidth, config.LayerNormEpsilon);
            _dropout = nn.Dropout(config.HiddenDropout);
            _layers = nn.ModuleList(Enumerable.Range(0, config.LayerCount).Select(_ => new Layer(config)).ToArray());
            _pooler = artifact.Head.Pooling == Pooling.Pooler ? nn.Linear(config.HiddenWidth, config.HiddenWidth) : null;
            _head = nn.Linear(config.HiddenWidth, artifact.Labels.Count);
            RegisterComponents();
            using IDisposable noGradient = no_grad();
            Copy(artifact, TensorNames.WordEmbeddings, _words.weight!);
            Copy(artifact, TensorNames.PositionEmbeddings, _positions.weight!);
            Copy(artifact, TensorNames.TokenTypeEmbeddings, _types.weight!);
            Fill(artifact, TensorNames.EmbeddingNorm, _norm);
            for (int i = 0; i < config.LayerCount; i++) _layers[i].Fill(artifact, i);
            if (_pooler is not null) Fill(artifact, TensorNames.Pooler, _pooler);
            Fill(artifact, TensorNames.HeadOutput, _head);
        }

        public override Tensor forward(Tensor ids, Tensor mask)
        {
            Tensor positions = arange(ids.shape[1]).unsqueeze(0);
            Tensor states = _dropout.forward(_norm.forward(_words.forward(ids) + _positions.forward(positions) + _types.forward(zeros_like(ids))));
            Tensor hidden = ((1 - mask.to(ScalarType.Float32)) * -10000f).unsqueeze(1).unsqueeze(1); // [B, 1, 1, S]
            foreach (Layer layer in _layers) states = layer.forward(states, hidden);
            Tensor first = states.select(1, 0);
            if (_pooler is not null) first = _pooler.forward(first).tanh();
            return _head.forward(_dropout.forward(first));
        }

        internal static void Fill(ModelArtifact artifact, string name, Linear linear)
        {
            using Tensor weight = tensor(artifact.Weights[TensorNames.Weight(name)].ToFloats(), artifact.Weights[TensorNames.Weight(name)].Shape.ToArray());
            linear.weight!.copy_(weight.t());
            Copy(artifact, TensorNames.Bias(name), linear.bias!);
        }

        internal static void Fill(ModelArtifact artifact, string name, LayerNorm norm)
        {
            Copy(artifact, TensorNames.Weight(name), norm.weight!);
            Copy(artifact, TensorNames.Bias(name), norm.bias!);
        }

        private static void Copy(ModelArtifact artifact, string name, Tensor target)
        {
            using Tensor values = tensor(artifact.Weights[name].ToFloats(), target.shape);
            target.copy_(values);
        }
    }

    private sealed class Layer : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Linear _query, _key, _value, _output, _intermediate, _back;
        private readonly LayerNorm _attentionNorm, _norm;
        private readonly Dropout _dropout, _attentionDropout;
        private readonly int _heads, _width;

        public Layer(EncoderConfig config)
            : base(nameof(Layer))
        {
            (_heads, _width) = (config.HeadCount, config.HeadWidth);
            _query = nn.Linear(config.HiddenWidth, config.HiddenWidth);
            _key = nn.Linear(config.HiddenWidth, config.HiddenWidth);
            _value = nn.Linear(config.HiddenWidth, config.HiddenWidth);
            _output = nn.Linear(config.HiddenWidth, config.HiddenWidth);
            _attentionNorm = nn.LayerNorm(config.HiddenWidth, config.LayerNormEpsilon);
            _intermediate = nn.Linear(config.HiddenWidth, config.IntermediateWidth);
            _back = nn.Linear(config.IntermediateWidth, config.HiddenWidth);
            _norm = nn.LayerNorm(config.HiddenWidth, config.LayerNormEpsilon);
            _dropout = nn.Dropout(config.HiddenDropout);
            _attentionDropout = nn.Dropout(config.AttentionDropout);
            RegisterComponents();
        }

        public void Fill(ModelArtifact artifact, int layer)
        {
            Bert.Fill(artifact, TensorNames.Attention(layer, "query"), _query);
            Bert.Fill(artifact, TensorNames.Attention(layer, "key"), _key);
            Bert.Fill(artifact, TensorNames.Attention(layer, "value"), _value);
            Bert.Fill(artifact, TensorNames.Attention(layer, "output"), _output);
            Bert.Fill(artifact, TensorNames.AttentionNorm(layer), _attentionNorm);
            Bert.Fill(artifact, TensorNames.Intermediate(layer), _intermediate);
            Bert.Fill(artifact, TensorNames.FeedForwardOutput(layer), _back);
            Bert.Fill(artifact, TensorNames.FeedForwardNorm(layer), _norm);
        }

        public override Tensor forward(Tensor states, Tensor mask)
        {
            Tensor scores = matmul(Heads(_query.forward(states)), Heads(_key.forward(states)).transpose(-2, -1)) / Math.Sqrt(_width) + mask;
            Tensor context = matmul(_attentionDropout.forward(scores.softmax(-1)), Heads(_value.forward(states)));
            Tensor merged = context.transpose(1, 2).reshape(states.shape);
            Tensor attended = _attentionNorm.forward(_dropout.forward(_output.forward(merged)) + states);
            Tensor inner = _back.forward(nn.functional.gelu(_intermediate.forward(attended)));
            return _norm.forward(_dropout.forward(inner) + attended);
        }

        private Tensor Heads(Tensor rows) => rows.view(rows.shape[0], rows.shape[1], _heads, _width).transpose(1, 2);
    }
}
