using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Training;

/// <summary>An evaluation during training.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="Watched">The value that decides about best and early stopping.</param>
/// <param name="Accuracy">Share of right answers, where the task has it.</param>
/// <param name="MacroF1">Mean F1 of the labels, where the task has it.</param>
/// <param name="Others">Figures of other names, without those that are not defined: of several tasks what each is judged by, of questions exact match and F1, of values the correlations, else what is watched, where it has no place above.</param>
internal sealed record DevFigures(double Loss, double Watched, double? Accuracy = null, double? MacroF1 = null, IReadOnlyDictionary<string, double>? Others = null)
{
    /// <summary>Figures by their names in settings, without those that are not defined.</summary>
    public static IReadOnlyDictionary<string, double> ByName(params IEnumerable<KeyValuePair<MetricName, double>> figures) =>
        figures.Where(pair => double.IsFinite(pair.Value)).ToDictionary(pair => SettingsJson.NameOf(pair.Key), pair => pair.Value);
}
