namespace RctOnnx.Train.Comparison;

/// <summary>An evaluation in the course of training.</summary>
/// <param name="Epoch">Passes over the training rows so far.</param>
/// <param name="Accuracy">On dev.</param>
internal sealed record CoursePoint(double Epoch, double Accuracy);
