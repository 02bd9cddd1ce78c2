namespace RctOnnx.Onnx;

/// <summary>
/// What is done to a text before it is taken apart, in training and in the runtime alike. A name stands for one rule for ever: a
/// changed rule gets another name, and a build refuses a file with a name that it does not know.
/// </summary>
public enum TextRule
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// Placeholders of anonymised texts such as <c>@CAPS1</c> or <c>@PERSON12</c> (@, capital letters, digits) keep their word alone: @
    /// and digits become spaces. The text keeps its length, so that offsets stay those of the text as it was given.
    /// </summary>
    NumberedPlaceholders,
}
