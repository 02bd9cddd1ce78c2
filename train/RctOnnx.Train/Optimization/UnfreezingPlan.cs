namespace RctOnnx.Train.Optimization;

/// <summary>
/// Gradual unfreezing (ULMFiT, Howard and Ruder 2018): what is frozen at the start is trained from a later step on, one layer after the
/// other from the top down, so that a new head does not shake layers that know more than it does. A function of the step alone.
/// Immutable.
/// </summary>
public sealed class UnfreezingPlan
{
    private readonly Dictionary<string, long> _firstSteps;
    private readonly int _every;
    private readonly int _groupCount;

    /// <summary>Orders what is frozen by depth: pooler and head where they are, the layers from the highest one, the embeddings last.</summary>
    /// <param name="frozen">Canonical names of what is frozen at the start.</param>
    /// <param name="every">Optimiser steps from one group to the next, and before the first.</param>
    /// <param name="layerCount">Layers of the encoder.</param>
    public UnfreezingPlan(IEnumerable<string> frozen, int every, int layerCount)
    {
        IGrouping<int, string>[] groups = [.. frozen.GroupBy(name => LayerRates.DepthOf(name, layerCount)).OrderBy(group => group.Key)];
        (_every, _groupCount) = (every, groups.Length);
        _firstSteps = groups.SelectMany((group, i) => group.Select(name => KeyValuePair.Create(name, (long)every * (i + 1)))).ToDictionary();
    }

    /// <summary>Steps that pass before a parameter is trained; 0 for one that is trained from the start.</summary>
    /// <param name="name">Its name.</param>
    public long FirstStepOf(string name) => _firstSteps.GetValueOrDefault(name);

    /// <summary>What happens when, for people.</summary>
    /// <param name="stepCount">Steps of the run.</param>
    /// <exception cref="SettingsException">The run ends before anything would be unfrozen.</exception>
    public string Describe(long stepCount)
    {
        long last = (long)_every * _groupCount;
        if (_every >= stepCount)
            throw new SettingsException($"--unfreeze-every is {_every}, but the run has {stepCount} steps: nothing would be unfrozen. Lower it, raise --epochs or --steps, or leave it out and name with --freeze what shall stay as it is.");
        string end = last < stepCount ? $"all is trained from step {last + 1} on" : $"{_groupCount - (stepCount - 1) / _every} of them stay frozen, as the run has {stepCount} steps";
        return $"Unfreezing from the top: the first of {_groupCount} parts after {_every} steps, the others as many after one another; {end}.";
    }
}
