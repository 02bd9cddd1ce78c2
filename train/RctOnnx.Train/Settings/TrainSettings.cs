using System.Text.Json.Serialization;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Optimization;
using RctOnnx.Train.Schedules;

namespace RctOnnx.Train.Settings;

/// <summary>Everything that decides about a training run. Immutable; the defaults are those of BERT's fine-tuning (Devlin et al. 2018, appendix A.3).</summary>
public sealed record TrainSettings
{
    /// <summary>Where the weights come from: a Hugging Face folder or a model file of ours.</summary>
    public string Base { get; init; } = "";

    /// <summary>Refuse a base whose weights are a PyTorch pickle.</summary>
    public bool NoPickle { get; init; }

    /// <summary>Data files to train on.</summary>
    public IReadOnlyList<string> Train { get; init; } = [];

    /// <summary>Data file that chooses the best weights, or null.</summary>
    public string? Dev { get; init; }

    /// <summary>Data files for the final figures.</summary>
    public IReadOnlyList<string> Test { get; init; } = [];

    /// <summary>Folder of the run.</summary>
    public string Output { get; init; } = "";

    /// <summary>Form of the data files; null goes by their names.</summary>
    public DataFormat? DataFormat { get; init; }

    /// <summary>Column or property of the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Column or property of the label.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>What is done to texts first, in training and by the exported file; null takes the base's rule.</summary>
    public TextRule? TextRule { get; init; }

    /// <summary>What the exported file does with texts of more tokens than <see cref="MaxLength"/>, unless its user says otherwise. Training and its figures cut them; contexts of questions they read in windows too.</summary>
    public LongTextPolicy LongText { get; init; } = LongTextPolicy.Truncate;

    /// <summary>Columns or properties of 0 and 1, one a label, in place of <see cref="LabelColumn"/>; multi label only.</summary>
    public IReadOnlyList<string> LabelColumns { get; init; } = [];

    /// <summary>What the labels mean.</summary>
    public ProblemType Problem { get; init; } = ProblemType.SingleLabel;

    /// <summary>Column or property of the second text, or null.</summary>
    public string? PairColumn { get; init; }

    /// <summary>What reads the two texts of a pair.</summary>
    public EncoderChoice Encoders { get; init; } = EncoderChoice.One;

    /// <summary>How the features of two encoders are combined; null puts them side by side.</summary>
    public FeatureCombination? Combine { get; init; }

    /// <summary>Property of the question; question answering.</summary>
    public string QuestionColumn { get; init; } = "question";

    /// <summary>Property of the text that the answer stands in; question answering.</summary>
    public string ContextColumn { get; init; } = "context";

    /// <summary>Property of the answers; question answering.</summary>
    public string AnswerColumn { get; init; } = "answer";

    /// <summary>Property of the answers' first code points; question answering.</summary>
    public string StartColumn { get; init; } = "start";

    /// <summary>Tokens that windows over a context share, where <see cref="LongText"/> is window; null is a quarter of a window. Question answering.</summary>
    public int? WindowOverlap { get; init; }

    /// <summary>Tokens of the longest answer that an evaluation gives; question answering.</summary>
    public int MaxAnswerLength { get; init; } = 30;

    /// <summary>Property of the text before every choice; multiple choice.</summary>
    public string PromptColumn { get; init; } = "prompt";

    /// <summary>Property of the list of choices; multiple choice.</summary>
    public string ChoicesColumn { get; init; } = "choices";

    /// <summary>Column or property of what stays together in a split, or null.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>Train on documents: rows of one group that follow one another are read together, and each has a label of its own.</summary>
    public bool Documents { get; init; }

    /// <summary>Pieces of a sentence of a document that are looked at.</summary>
    public int SentenceLength { get; init; } = 100;

    /// <summary>Share of the training groups whose numbers become @, as in corpora that hide them.</summary>
    public double NumberMasking { get; init; }

    /// <summary>Labels of the task; rows with others are left out of every part. Empty takes all that the training rows have: by value where the problem is ordinal, which otherwise takes them in the order given here; by name for the rest.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Share of the training rows that is kept for choosing, where there is no file for it.</summary>
    public double DevShare { get; init; }

    /// <summary>Share of the training rows that is kept for the final figures, where there is no file for them.</summary>
    public double TestShare { get; init; }

    /// <summary>Equal parts that the training rows are divided into, one of which is kept for the final figures (cross-validation); null divides by <see cref="TestShare"/>.</summary>
    public int? Folds { get; init; }

    /// <summary>Which of <see cref="Folds"/> is kept, from 1.</summary>
    public int? Fold { get; init; }

    /// <summary>What stands on the encoder.</summary>
    public HeadChoice Head { get; init; } = HeadChoice.Auto;

    /// <summary>Widths of the hidden layers of <see cref="HeadChoice.Mlp"/>, from below; empty takes two as wide as the encoder.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [];

    /// <summary>What <see cref="HeadChoice.Mlp"/> reads; null takes the base's own.</summary>
    public Pooling? Pooling { get; init; }

    /// <summary>Dropout in the head; null takes the base's.</summary>
    public double? HeadDropout { get; init; }

    /// <summary>Draw a new head even where the base has one for the same labels.</summary>
    public bool NewHead { get; init; }

    /// <summary>What keeps the values of the base (<see cref="FrozenParameters"/>).</summary>
    public IReadOnlyList<string> Freeze { get; init; } = [];

    /// <summary>
    /// Optimiser steps after which the next lower layer of what is frozen is trained too (<see cref="UnfreezingPlan"/>); it starts from
    /// what <see cref="Freeze"/> leaves, or from pooler and head alone. Null leaves frozen what is frozen.
    /// </summary>
    public int? UnfreezeEvery { get; init; }

    /// <summary>Factor of the learning rate from each layer to the one below it (<see cref="LayerRates"/>).</summary>
    public double LayerDecay { get; init; } = 1;

    /// <summary>Layers of the base that are kept, from 0, rising; empty keeps all.</summary>
    public IReadOnlyList<int> KeepLayers { get; init; } = [];

    /// <summary>Share that the average of the weights keeps in a step; the average is then evaluated and exported. Null trains without it.</summary>
    public double? Ema { get; init; }

    /// <summary>Passes over the training rows.</summary>
    public int Epochs { get; init; } = 3;

    /// <summary>Optimiser steps; takes the place of <see cref="Epochs"/> when given.</summary>
    public int? Steps { get; init; }

    /// <summary>Rows of a batch.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Batches whose gradients are added before a step; the result is that of one batch of so many times the rows.</summary>
    public int Accumulation { get; init; } = 1;

    /// <summary>Longest sequence in tokens, special tokens included; longer texts are cut.</summary>
    public int MaxLength { get; init; } = 128;

    /// <summary>Update rule.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Highest learning rate.</summary>
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Course of the learning rate after warm-up.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Linear;

    /// <summary>Steps of warm-up; null takes a tenth of all.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>Weight decay of all but biases and normalisations.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Largest gradient norm; null leaves gradients as they are.</summary>
    public double? MaxGradientNorm { get; init; } = 1;

    /// <summary>Share of a row's mass spread over all labels.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Weights of the classes in the loss.</summary>
    public ClassWeighting ClassWeights { get; init; } = ClassWeighting.None;

    /// <summary>A JSON object of label and weight, for <see cref="ClassWeighting.File"/>.</summary>
    public string? ClassWeightFile { get; init; }

    /// <summary>β of <see cref="ClassWeighting.Effective"/>: nearer to one, nearer to <see cref="ClassWeighting.Auto"/>.</summary>
    public double ClassBalanceBeta { get; init; } = 0.999;

    /// <summary>Exponent of focal loss; 0 is cross-entropy.</summary>
    public double FocalGamma { get; init; }

    /// <summary>A model file for the same labels whose answers are learnt beside the labels, or null.</summary>
    public string? Teacher { get; init; }

    /// <summary>Share of the loss that is the distance to the teacher's answers.</summary>
    public double TeacherWeight { get; init; } = 0.5;

    /// <summary>What logits are divided by in that distance.</summary>
    public double TeacherTemperature { get; init; } = 2;

    /// <summary>What the mean squared distance to the teacher's token states is multiplied by before it is added to the loss; 0 learns its answers alone.</summary>
    public double TeacherHiddenWeight { get; init; }

    /// <summary>For every layer the one of the teacher that it follows, from 0; empty spreads them evenly (<see cref="Distillation.TeacherLayers"/>).</summary>
    public IReadOnlyList<int> TeacherLayers { get; init; } = [];

    /// <summary>Fit a temperature to dev, so that the file's probabilities are shares of right answers.</summary>
    public bool Calibrate { get; init; }

    /// <summary>Rows of rarer labels are repeated until every label has as many as the most frequent one.</summary>
    public bool Oversample { get; init; }

    /// <summary>Compute every layer again in the backward pass in place of keeping what it needs (Chen et al. 2016): less memory, more time, the same numbers. On the CPU.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>In what numbers the products of training run; evaluation and export are fp32.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Where to train.</summary>
    public DeviceChoice Device { get; init; } = DeviceChoice.Auto;

    /// <summary>Threads of the processor; null takes all. Sums in another order have other last bits, so that a run is resumed with as many.</summary>
    public int? Threads { get; init; }

    /// <summary>Of everything drawn at random.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Steps between evaluations on dev; null evaluates after every epoch.</summary>
    public int? EvaluateEvery { get; init; }

    /// <summary>Steps between checkpoints; null saves at every evaluation.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>What "best" means on dev; null takes accuracy, micro F1, Pearson or quadratic weighted kappa, by the problem.</summary>
    public MetricName? BestMetric { get; init; }

    /// <summary>Evaluations without a better one after which training stops; null goes to the end.</summary>
    public int? Patience { get; init; }

    /// <summary>Which weights are exported. Without dev data it is always the last.</summary>
    public KeptWeights Keep { get; init; } = KeptWeights.Best;

    /// <summary><see cref="BestMetric"/> with its default.</summary>
    [JsonIgnore]
    public MetricName Watched => BestMetric ?? Problem switch
    {
        ProblemType.MultiLabel => MetricName.MicroF1,
        ProblemType.Regression => MetricName.Pearson,
        ProblemType.Ordinal => MetricName.QuadraticWeightedKappa,
        ProblemType.QuestionAnswering => MetricName.TokenF1,
        _ => MetricName.Accuracy,
    };

    /// <summary>Whether parts are split off the training rows, which the seed then draws.</summary>
    [JsonIgnore]
    public bool IsSplit => DevShare > 0 || TestShare > 0 || Folds is not null;

    /// <summary>Columns as the reader wants them.</summary>
    [JsonIgnore]
    public ColumnNames Columns => new() { Text = TextColumn, Label = LabelColumn, Pair = PairColumn, Group = GroupColumn, Flags = LabelColumns.Count > 0 ? LabelColumns : null };

    /// <summary>The part that the training loop sees.</summary>
    [JsonIgnore]
    public LoopSettings Loop => new()
    {
        Epochs = Epochs,
        Steps = Steps,
        Batch = Batch,
        Accumulation = Accumulation,
        Optimizer = Optimizer,
        LearningRate = LearningRate,
        Schedule = Schedule,
        WarmupSteps = WarmupSteps,
        WeightDecay = WeightDecay,
        MaxGradientNorm = MaxGradientNorm,
        Seed = Seed,
        EvaluateEvery = EvaluateEvery,
        CheckpointEvery = CheckpointEvery,
        LowerIsBetter = Watched == MetricName.Loss,
        Patience = Patience,
        Ema = Ema,
        MemoryAdvice = "Lower --batch (--accumulation keeps the size of a step) or --max-length in a new run, or go on with --resume and --gradient-checkpointing, which changes no number, where it is training that takes the memory",
        Hash = SettingsJson.Hash(this),
    };

    /// <summary>Throws <see cref="SettingsException"/> that lists every fault together.</summary>
    public void Validate()
    {
        List<string> faults = [];
        if (Base.Length == 0) faults.Add("no --base: name a Hugging Face folder or an .onnx file of ours");
        if (Train.Count == 0) faults.Add("no --train: name at least one data file");
        if (Output.Length == 0) faults.Add("no --output: name a folder for the run");
        if (Dev is not null && DevShare != 0) faults.Add("both a dev file and a dev share: give one of them");
        if (Test.Count > 0 && TestShare != 0) faults.Add("both test files and a test share: give one of them");
        if (!(DevShare >= 0 && TestShare >= 0 && DevShare + TestShare < 1))
            faults.Add($"a dev share of {DevShare} and a test share of {TestShare}, expected 0 or more that leave something for training");
        if (Folds is not null && (Test.Count > 0 || TestShare != 0)) faults.Add("folds beside test files or a test share: the fold is the test set, leave the others out");
        if (Folds < 2) faults.Add($"folds is {Folds}, expected at least 2");
        if (Folds is null ? Fold is not null : !(Fold >= 1 && Fold <= Folds)) faults.Add($"fold is {Fold?.ToString() ?? "none"} of {Folds?.ToString() ?? "no"} folds, expected its number, from 1, with the number of folds");
        if (Folds is not null && Dev is not null) faults.Add("folds beside a dev file: give a dev share, so that every row is tested once");
        AtLeastOne(Epochs, "epochs");
        AtLeastOne(Steps, "steps");
        AtLeastOne(Batch, "batch");
        AtLeastOne(Accumulation, "accumulation");
        AtLeastOne(UnfreezeEvery, "unfreeze-every");
        AtLeastOne(EvaluateEvery, "evaluate-every");
        AtLeastOne(CheckpointEvery, "checkpoint-every");
        AtLeastOne(Patience, "patience");
        AtLeastOne(Threads, "threads");
        if (MaxLength < 3) faults.Add($"max-length is {MaxLength}, expected at least 3: [CLS], one token, [SEP]");
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) faults.Add($"learning-rate is {LearningRate}, expected a positive number such as 5e-5");
        if (!(LayerDecay > 0 && LayerDecay <= 1)) faults.Add($"layer-decay is {LayerDecay}, expected above 0 and at most 1");
        if (WarmupSteps < 0) faults.Add($"warmup-steps is {WarmupSteps}, expected 0 or more");
        if (!(WeightDecay >= 0 && double.IsFinite(WeightDecay))) faults.Add($"weight-decay is {WeightDecay}, expected 0 or more");
        if (MaxGradientNorm is { } norm && !(norm > 0)) faults.Add($"max-gradient-norm is {norm}, expected a positive number, or null for no clipping");
        if (!(LabelSmoothing >= 0 && LabelSmoothing < 1)) faults.Add($"label-smoothing is {LabelSmoothing}, expected at least 0 and below 1");
        if (HeadDropout is { } dropout && !(dropout >= 0 && dropout < 1)) faults.Add($"head-dropout is {dropout}, expected at least 0 and below 1");
        faults.AddRange(ProblemFaults.Of(this));
        if (Patience is not null && Dev is null && DevShare == 0) faults.Add("patience without dev data: there is nothing to watch");
        if (faults.Count > 0) throw new SettingsException($"The settings cannot be used: {string.Join("; ", faults)}.");

        void AtLeastOne(int? value, string name)
        {
            if (value < 1) faults.Add($"{name} is {value}, expected at least 1");
        }
    }
}
