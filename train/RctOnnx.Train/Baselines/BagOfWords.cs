using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Text;

namespace RctOnnx.Train.Baselines;

/// <summary>
/// What words alone say: TF-IDF over words and pairs of neighbouring words, then multinomial logistic regression (ML.NET's L-BFGS). The
/// yardstick that an encoder has to beat.
/// </summary>
internal sealed class BagOfWords
{
    private readonly MLContext _context;
    private readonly ITransformer _model;
    private readonly SchemaDefinition _schema;
    private readonly DataViewSchema _inputs;

    private BagOfWords(MLContext context, ITransformer model, SchemaDefinition schema, DataViewSchema inputs) =>
        (_context, _model, _schema, _inputs) = (context, model, schema, inputs);

    /// <summary>Learns from texts and their classes; the same rows give the same model.</summary>
    /// <param name="rows">Texts with class indices from 0.</param>
    /// <param name="labelCount">Number of classes.</param>
    public static BagOfWords Train(IReadOnlyList<(string Text, int Class)> rows, int labelCount)
    {
        MLContext context = new(seed: 1);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(WordRow));
        schema[nameof(WordRow.Label)].ColumnType = new KeyDataViewType(typeof(uint), labelCount);
        IDataView data = context.Data.LoadFromEnumerable(rows.Select(row => new WordRow { Text = row.Text, Label = (uint)row.Class }), schema);
        TextFeaturizingEstimator.Options words = new()
        {
            WordFeatureExtractor = new WordBagEstimator.Options { NgramLength = 2, UseAllLengths = true, Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf },
            CharFeatureExtractor = null,
            KeepPunctuations = false,
            Norm = TextFeaturizingEstimator.NormFunction.L2,
        };
        LbfgsMaximumEntropyMulticlassTrainer.Options regression = new()
        {
            L1Regularization = 0,
            L2Regularization = 0.1f, // as strong as scikit-learn's C = 10: less is as good on dev, more is worse
            NumberOfThreads = 1, // sums in one order: the same bits every time
            OptimizationTolerance = 1e-5f,
        };
        ITransformer model = context.Transforms.Text.FeaturizeText("Features", words, nameof(WordRow.Text))
            .Append(context.MulticlassClassification.Trainers.LbfgsMaximumEntropy(regression))
            .Fit(data);
        return new BagOfWords(context, model, schema, data.Schema);
    }

    /// <summary>Probabilities of the classes for every text, each [labels].</summary>
    public IReadOnlyList<float[]> Score(IEnumerable<string> texts)
    {
        IDataView data = _context.Data.LoadFromEnumerable(texts.Select(text => new WordRow { Text = text }), _schema);
        return [.. _context.Data.CreateEnumerable<WordScore>(_model.Transform(data), reuseRowObject: false).Select(row => row.Score)];
    }

    /// <summary>Writes ML.NET's file.</summary>
    public void Save(Stream stream) => _context.Model.Save(_model, _inputs, stream);
}
