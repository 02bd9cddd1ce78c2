namespace RctOnnx.Runtime;

/// <summary>placeholder</summary>
public static class SentenceSplitter { }
