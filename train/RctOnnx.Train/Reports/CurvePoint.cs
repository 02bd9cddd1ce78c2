namespace RctOnnx.Train.Reports;

/// <summary>What was measured at one optimiser step. Values that were not measured there are null; those that are no numbers are not drawn.</summary>
/// <param name="Step">Optimiser steps taken.</param>
/// <param name="Epoch">Epochs done, with the part of the current one.</param>
/// <param name="TrainLoss">Loss of the step's rows.</param>
/// <param name="DevLoss">Mean loss on dev.</param>
/// <param name="DevMetric">The watched metric on dev.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
public sealed record CurvePoint(long Step, double Epoch, double? TrainLoss, double? DevLoss, double? DevMetric, double? LearningRate);
