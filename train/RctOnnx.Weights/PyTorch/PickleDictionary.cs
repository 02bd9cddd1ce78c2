namespace RctOnnx.Weights.PyTorch;

/// <summary>A dictionary of a pickle in the order of its entries; keys are not looked up, so that none is ever hashed.</summary>
internal sealed class PickleDictionary
{
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    public void Add(object? key, object? value) => Entries.Add(new(key, value));
}
