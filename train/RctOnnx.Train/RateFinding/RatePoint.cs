namespace RctOnnx.Train.RateFinding;

/// <summary>A step of the search.</summary>
/// <param name="Rate">Learning rate.</param>
/// <param name="Loss">Mean loss of the batch before the step.</param>
/// <param name="Smoothed">Moving average of the losses so far.</param>
internal sealed record RatePoint(double Rate, double Loss, double Smoothed);
