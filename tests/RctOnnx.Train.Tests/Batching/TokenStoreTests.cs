using System.Diagnostics;
using RctOnnx.Testing;
using RctOnnx.Train.Batching;
using Xunit;

namespace RctOnnx.Train.Tests.Batching;

public sealed class TokenStoreTests : IDisposable
{
    private const int RowCount = 20_000, Longest = 200;

    private readonly TemporaryFolder _folder = new();

    private string Spill => Path.Combine(_folder.Path, "run", "tokens");

    public void Dispose() => _folder.Dispose();

    // About 4 MB; every ninth row has ids that need 4 bytes, every fifth is a pair.
    private static int[] RowOf(int row) => [.. Enumerable.Range(0, 1 + (row * 7919 % Longest)).Select(i => row % 9 == 0 ? 60_000 + (row * i % 20_000) : row * 31 * (i + 1) % 30_000)];

    private static int SecondOf(int row) => row % 5 == 0 ? (RowOf(row).Length + 1) / 2 : RowOf(row).Length;

    private static TokenStore Fill(TokenStore store)
    {
        for (int row = 0; row < RowCount; row++) store.Add(RowOf(row), SecondOf(row));
        return store;
    }

    [Theory]
    [InlineData(null, 0, 0)]
    [InlineData("file", 0, 4)]
    [InlineData("file", 2, 2)]
    [InlineData("file", 100, 0)]
    public void Rows_are_the_same_in_memory_and_in_a_file(string? file, long memoryMebibytes, int spilledMebibytes)
    {
        using TokenStore store = Fill(new TokenStore(file is null ? null : Spill, memoryMebibytes << 20));
        Assert.Equal(RowCount, store.RowCount);
        Assert.Equal(Enumerable.Range(0, RowCount).Sum(row => (long)RowOf(row).Length), store.TokenCount);
        for (int row = 0; row < RowCount; row++)
        {
            Assert.Equal(RowOf(row), store.Ids(row));
            Assert.Equal((RowOf(row).Length, SecondOf(row)), (store.Length(row), store.SecondStart(row)));
        }
        Assert.Equal(spilledMebibytes, store.SpilledLength >> 20);
        Assert.Equal(spilledMebibytes > 0, File.Exists(Spill));
        store.Dispose();
        Assert.False(File.Exists(Spill));
    }

    [Fact]
    public void Batches_of_a_planned_epoch_are_the_same_from_memory_and_from_a_file_on_any_number_of_threads()
    {
        using TokenStore memory = Fill(new TokenStore()), file = Fill(new TokenStore(Spill, 0));
        int[][] plan = BatchPlan.ForEpoch(memory.Lengths(), 32, seed: 5, epoch: 2);
        Assert.Equal(plan, BatchPlan.ForEpoch(file.Lengths(), 32, seed: 5, epoch: 2));
        TokenBatch[] expected = [.. plan.Select(rows => TokenBatch.Of(memory, rows, 0))];
        foreach (int threads in (int[])[1, 2, 8])
        {
            TokenBatch[] found = new TokenBatch[plan.Length];
            Parallel.For(0, plan.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => found[i] = TokenBatch.Of(file, plan[i], 0));
            for (int i = 0; i < plan.Length; i++)
            {
                Assert.Equal(expected[i].Ids, found[i].Ids);
                Assert.Equal(expected[i].Mask, found[i].Mask);
                Assert.Equal(expected[i].Types, found[i].Types);
            }
        }
    }

    [Fact]
    public void A_row_costs_two_bytes_a_token_and_eight_more_and_nothing_is_copied_while_the_store_grows()
    {
        const int Tokens = 40, Rows = 200_000;
        int[] row = [.. Enumerable.Range(0, Tokens)];
        TokenStore store = new();
        store.Add(row, Tokens);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rows; i++) store.Add(row, Tokens);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rows, 2 * Tokens, (2 * Tokens) + 8 + 8);
    }

    [Fact]
    public void With_a_file_memory_is_eight_bytes_a_row_however_long_the_rows_are()
    {
        const int Rows = 100_000;
        int[] row = [.. Enumerable.Range(0, 300)];
        using TokenStore store = new(Spill, 1 << 20);
        for (int i = 0; i < 10_000; i++) store.Add(row, row.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rows; i++) store.Add(row, row.Length);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rows, 0, 12);
        int[] ids = new int[row.Length];
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Rows; i += 7) store.Read(i, ids);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) * 7 / Rows, 0, 12);
        Assert.Equal(row, ids);
    }

    [Fact]
    public void A_file_that_cannot_be_written_or_was_cut_is_an_error_with_a_next_step()
    {
        File.WriteAllText(_folder.File("run"), "a file where the folder should be");
        using TokenStore none = new(Spill, 0);
        string message = Assert.Throws<OutputException>(() => Fill(none)).Message;
        Assert.Contains("tokens'", message);
        Assert.Contains("choose another output folder", message);
        if (OperatingSystem.IsWindows()) return; // nobody else can open it there

        using TokenStore cut = Fill(new TokenStore(_folder.File("cut"), 0));
        using (Process shell = Process.Start("/bin/sh", ["-c", $"printf 0123456789 > '{_folder.File("cut")}'"])) shell.WaitForExit();
        message = Assert.Throws<OutputException>(() => cut.Ids(RowCount / 4)).Message;
        Assert.Contains("It ends before byte", message);
        Assert.Contains("resume the run", message);
        Assert.Contains("used by another process", Assert.Throws<OutputException>(() => Fill(new TokenStore(_folder.File("cut"), 0))).Message);
    }

    [Fact]
    public void Read_into_another_length_is_refused()
    {
        using TokenStore store = new();
        store.Add([1, 2, 3], 3);
        Assert.Throws<ArgumentException>(() => store.Read(0, new int[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Ids(1));
    }
}
