namespace RctOnnx.Bench.Compare;

/// <summary>One way to classify the texts of a comparison, loaded and ready to run again and again.</summary>
internal interface IContestant : IDisposable
{
    /// <summary>Product and version.</summary>
    string Name { get; }

    /// <summary>Arithmetic of the matrix products: contestants are compared within one precision.</summary>
    Precision Precision { get; }

    /// <summary>Threads, batches and what else was chosen.</summary>
    string Settings { get; }

    /// <summary>What it is compared as.</summary>
    ContestantRole Role { get; }

    /// <summary>Classifies the first <paramref name="count"/> texts.</summary>
    Pass Run(int count);
}
