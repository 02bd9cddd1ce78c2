namespace RctOnnx.CommandLine;

/// <summary>Where work reports how far it is. Thread-safe.</summary>
public interface IWorkProgress
{
    /// <summary>Adds finished units.</summary>
    void Advance(long count);

    /// <summary>Replaces the words in front of the bar, for example by the current loss.</summary>
    void Describe(string text);
}
