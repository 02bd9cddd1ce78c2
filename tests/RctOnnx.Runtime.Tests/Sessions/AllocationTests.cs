using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests.Sessions;

/// <summary>Bytes that a text takes from the heap once memory has grown, measured on one thread, where all work is the caller's.</summary>
public sealed class AllocationTests : IDisposable
{
    private const int Count = 2000;

    private readonly TemporaryFolder _folder = new();
    private readonly TextClassifier _classifier;

    public AllocationTests()
    {
        ModelFile.Write(_folder.File("model.onnx"), RandomModels.Create(labelCount: 5));
        _classifier = TextClassifier.Load(_folder.File("model.onnx"), new TextClassifierOptions { Threads = 1, TopK = 1 });
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _classifier.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Engine_takes_the_result_and_something_a_batch_but_nothing_a_text()
    {
        int[][] rows = [.. Enumerable.Range(0, Count).Select(i => Enumerable.Range(5, 8 + i % 8).ToArray())];
        int batches = BatchPlanner.EqualLengths([.. rows.Select(row => row.Length)], new TextClassifierOptions().BatchTokens).Count;
        long bytes = Bytes(() => _classifier.Engine.Logits(rows, Token));
        Assert.InRange(bytes - Count * 5 * sizeof(float), 0, 1500 * batches);
    }

    [Fact]
    public void Classify_takes_the_answers_and_the_search_for_equal_texts()
    {
        string[] texts = [.. Enumerable.Range(0, Count).Select(i => $"the results {i} {i % 7}")];
        Assert.InRange(Bytes(() => _classifier.Classify(texts, Token)) / Count, 1, 420);
    }

    [Fact]
    public void Classify_of_one_text_takes_little() => Assert.InRange(Bytes(() => _classifier.Classify("the results were the results")), 1, 1900);

    private static long Bytes(Func<object> call)
    {
        for (int i = 0; i < 3; i++) _ = call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = call();
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.TestOutputHelper!.WriteLine($"{bytes} bytes");
        return bytes;
    }
}
