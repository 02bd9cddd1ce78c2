using RctOnnx.Data.Metrics;
using RctOnnx.Train.Examples;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Evaluation;

/// <summary>Answers of a model to a data set.</summary>
/// <param name="Loss">Mean loss over the rows, without label smoothing or class weights; in the unit of the data.</param>
/// <param name="Logits">[rows, labels], values in the unit of the data.</param>
/// <param name="Figures">Figures of the answers.</param>
internal sealed record EvaluationResult(double Loss, IReadOnlyList<float> Logits, TaskFigures Figures)
{
    /// <summary>Figures of a task of one label a text.</summary>
    /// <exception cref="InvalidOperationException">The task has none.</exception>
    public ClassificationMetrics Metrics => Figures.Classes ?? throw new InvalidOperationException("The task has several labels a text, or values.");

    /// <summary>The value of a metric.</summary>
    public double this[MetricName name] => name == MetricName.Loss ? Loss : Figures[name];

    /// <summary>The same answers under thresholds of the labels.</summary>
    public EvaluationResult With(ExampleSet examples, IReadOnlyList<double>? thresholds) => this with { Figures = TaskFigures.Of(examples, Logits, thresholds) };
}
