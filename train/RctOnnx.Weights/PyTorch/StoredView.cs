namespace RctOnnx.Weights.PyTorch;

/// <summary>A tensor as a pickle describes it: a window over a storage. Offset and strides count elements.</summary>
internal sealed record StoredView(StorageReference Storage, long Offset, long[] Shape, long[] Strides);
