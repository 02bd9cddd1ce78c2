namespace RctOnnx.Train.Sweeps;

/// <summary>How the settings of a sweep are chosen.</summary>
internal enum SearchKind
{
    /// <summary>Drawn independently (Bergstra and Bengio 2012).</summary>
    Random,

    /// <summary>All combinations.</summary>
    Grid,

    /// <summary>Drawn; the better ones get longer trainings (successive halving, Jamieson and Talwalkar 2016).</summary>
    Halving,
}
