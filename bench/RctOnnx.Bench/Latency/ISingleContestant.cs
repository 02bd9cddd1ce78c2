using RctOnnx.Bench.Compare;

namespace RctOnnx.Bench.Latency;

/// <summary>One way to classify one text at a time.</summary>
internal interface ISingleContestant : IDisposable
{
    /// <summary>Product and version.</summary>
    string Name { get; }

    /// <summary>Arithmetic of the matrix products.</summary>
    Precision Precision { get; }

    /// <summary>Threads and what else was chosen.</summary>
    string Settings { get; }

    /// <summary>What it is compared as.</summary>
    ContestantRole Role { get; }

    /// <summary>Classifies the text of that place; the seconds from string to label.</summary>
    double RunOne(int place);
}
