namespace RctOnnx.Train.Answers;

/// <summary>A set of questions as tokens.</summary>
internal interface IAnswerSet
{
    /// <summary>For people: the file's name.</summary>
    string Name { get; }

    /// <summary>For people: what is in it.</summary>
    string Description { get; }

    /// <summary>Number of questions.</summary>
    int Count { get; }

    /// <summary>SHA-256 over tokens and answers, in order.</summary>
    string Hash { get; }
}
