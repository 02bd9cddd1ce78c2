using TorchSharp.Modules;

namespace RctOnnx.Train.Optimization;

/// <summary>A parameter that the optimiser changes.</summary>
/// <param name="Name">Its canonical name, the key of its state.</param>
/// <param name="Parameter">fp32.</param>
/// <param name="WeightDecay">Coefficient; zero for biases and norms.</param>
/// <param name="RateFactor">Multiplies the learning rate (<see cref="LayerRates"/>).</param>
/// <param name="FirstStep">Steps of the run that pass before it is trained (<see cref="UnfreezingPlan"/>).</param>
public sealed record TrainedParameter(string Name, Parameter Parameter, double WeightDecay, double RateFactor = 1, long FirstStep = 0);
