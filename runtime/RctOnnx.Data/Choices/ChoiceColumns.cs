namespace RctOnnx.Data;

/// <summary>Names of the properties that hold a prompt with its choices. Immutable.</summary>
public sealed record ChoiceColumns
{
    /// <summary>The prompt.</summary>
    public string Prompt { get; init; } = "prompt";

    /// <summary>A list of texts, two at least.</summary>
    public string Choices { get; init; } = "choices";

    /// <summary>The place of the right one in the list, from 0.</summary>
    public string Label { get; init; } = "label";
}
