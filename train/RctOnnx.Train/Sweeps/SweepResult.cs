using System.Text.Json.Nodes;
using RctOnnx.Train.Comparison;

namespace RctOnnx.Train.Sweeps;

/// <summary>A trial after its last round.</summary>
/// <param name="Trial">Its number, from 1.</param>
/// <param name="Round">Its last round, from 1.</param>
/// <param name="Values">What the sweep chose, by setting; with the budget of that round.</param>
/// <param name="Run">The training and its settings.</param>
/// <param name="Result">What it gave.</param>
internal sealed record SweepResult(int Trial, int Round, JsonObject Values, PlannedRun Run, RunResult Result);
