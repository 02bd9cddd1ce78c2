namespace RctOnnx.Bench.Training;

/// <summary>One side of the comparison, in a process of its own.</summary>
internal interface ITrainingContestant
{
    /// <summary>Goes on for so many steps and gives the figures of these alone.</summary>
    RoundResult Run(int stepCount);
}
