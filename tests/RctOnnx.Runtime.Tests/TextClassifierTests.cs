using RctOnnx.Kernels;
using RctOnnx.Onnx;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Runtime.Tests;

public class TextClassifierTests
{
    private static readonly string[] Texts =
        [.. Enumerable.Range(0, 120).Select(i => string.Join(' ', Enumerable.Range(0, i % 23).Select(k => (char)('a' + (i * 7 + k * 3) % 26))))];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TextClassifier Load(ModelArtifact artifact, TextClassifierOptions? options = null)
    {
        using TemporaryFolder folder = new();
        ModelFile.Write(folder.File("model.onnx"), artifact);
        return TextClassifier.Load(folder.File("model.onnx"), options);
    }

    [Theory]
    [InlineData(PerformanceProfile.Throughput)]
    [InlineData(PerformanceProfile.Latency)]
    public void Classify_any_order_and_batch_gives_the_bits_of_each_text_alone(PerformanceProfile profile)
    {
        using TextClassifier classifier = Load(RandomModels.Create(), new() { Profile = profile, BatchTokens = 200 });
        Classification[] alone = [.. Texts.Select(classifier.Classify)];

        IReadOnlyList<Classification> together = classifier.Classify(Texts, Token), reversed = classifier.Classify([.. Texts.Reverse()], Token);

        Assert.Equal(Texts.Length, together.Count);
        for (int i = 0; i < alone.Length; i++)
        {
            Assert.Equal(alone[i].Logits, together[i].Logits);
            Assert.Equal(alone[i].Logits, reversed[^(i + 1)].Logits);
        }
    }

    [Fact]
    public void Classify_many_threads_equal_the_serial_answers()
    {
        using TextClassifier classifier = Load(RandomModels.Create());
        Classification[] serial = [.. Texts.Select(classifier.Classify)];

        Parallel.For(0, 500, new ParallelOptions { MaxDegreeOfParallelism = 32 }, i =>
        {
            int from = i * 13 % Texts.Length, count = 1 + i % 9;
            IReadOnlyList<Classification> answers = classifier.Classify([.. Texts.Skip(from).Take(count)], Token);
            for (int k = 0; k < answers.Count; k++) Assert.Equal(serial[from + k].Logits, answers[k].Logits);
        });
    }

    [Theory]
    [InlineData(PerformanceProfile.Throughput, LongTextPolicy.Truncate, 3)]
    [InlineData(PerformanceProfile.Throughput, LongTextPolicy.Window, 3)]
    [InlineData(PerformanceProfile.Throughput, LongTextPolicy.Window, 1)]
    [InlineData(PerformanceProfile.Latency, LongTextPolicy.Window, 2)]
    public void Classify_a_call_of_many_stretches_gives_the_bits_of_each_text_alone(PerformanceProfile profile, LongTextPolicy policy, int threads)
    {
        string[] texts = [.. Enumerable.Range(0, 6 * CallRunner.Stretch + 5).Select(i => string.Join(' ', $"{i:D5}".Select(digit => new string((char)('a' + digit - '0'), 1 + i % 7))) + (i % 50 == 0 ? " a b c d e f g h" : ""))];
        using TextClassifier classifier = Load(RandomModels.Create(), new() { Profile = profile, LongText = policy, MaxLength = 30, Threads = threads, BatchTokens = 300 });
        for (int round = 0; round < 3; round++) // memory is used again
        {
            IReadOnlyList<Classification> together = classifier.Classify(texts, Token);
            for (int i = 0; i < texts.Length; i += 7)
            {
                Classification alone = classifier.Classify(texts[i]);
                Assert.Equal(alone.Logits, together[i].Logits);
                Assert.Equal((alone.TokenCount, alone.UsedTokenCount, alone.WindowCount), (together[i].TokenCount, together[i].UsedTokenCount, together[i].WindowCount));
            }
            Assert.Contains(together, answer => policy == LongTextPolicy.Window ? answer.WindowCount > 1 : answer.Truncated);
        }
    }

    [Fact]
    public void Classify_padded_batches_do_not_depend_on_the_threads()
    {
        string[] texts = [.. Enumerable.Range(0, 1500).Select(i => $"{(char)('a' + i % 26)} {new string('b', i % 40)} {new string('c', i / 40)}")];
        using TextClassifier one = Load(RandomModels.Create(), new() { Dialect = GraphDialect.Portable, Threads = 1 }), three = Load(RandomModels.Create(), new() { Dialect = GraphDialect.Portable, Threads = 3 });
        Assert.Equal(one.Classify(texts, Token).Select(answer => string.Join(' ', answer.Logits)), three.Classify(texts, Token).Select(answer => string.Join(' ', answer.Logits)));
    }

    [Theory]
    [InlineData(LongTextPolicy.Truncate, "allowed are 90")]
    [InlineData(LongTextPolicy.Error, "the limit is 20")]
    public void Classify_the_first_text_that_is_refused_is_named_whatever_the_threads_do(LongTextPolicy policy, string fault)
    {
        string[] texts = [.. Enumerable.Range(0, 3000).Select(i => $"a {i}")];
        texts[2999] = texts[1700] = string.Join(' ', Enumerable.Repeat("a", 50)); // 99 characters
        using TextClassifier classifier = Load(RandomModels.Create(), new() { LongText = policy, MaxLength = 20, MaxCharacters = policy == LongTextPolicy.Error ? 1000 : 90, Threads = 3 });
        TextTooLongException failure = Assert.Throws<TextTooLongException>(() => classifier.Classify(texts, Token));
        Assert.Equal(1700, failure.Index);
        Assert.Contains(fault, failure.Message);
    }

    [Fact]
    public void Classify_long_text_follows_the_policy_and_says_so()
    {
        ModelArtifact artifact = RandomModels.Create();
        string text = string.Join(' ', Enumerable.Repeat("a b c", 20));
        using TextClassifier truncate = Load(artifact, new() { MaxLength = 16, LongText = LongTextPolicy.Truncate });
        using TextClassifier window = Load(artifact, new() { MaxLength = 16, LongText = LongTextPolicy.Window });
        using TextClassifier error = Load(artifact, new() { MaxLength = 16, LongText = LongTextPolicy.Error });

        Classification cut = truncate.Classify(text), windows = window.Classify(text);

        Assert.True(cut.Truncated);
        Assert.Equal((62, 16, 1), (cut.TokenCount, cut.UsedTokenCount, cut.WindowCount));
        Assert.False(windows.Truncated);
        Assert.True(windows.WindowCount > 1);
        Assert.Contains("62", Assert.Throws<TextTooLongException>(() => error.Classify(text)).Message);
    }

    [Fact]
    public void Classify_nothing_empty_and_null_have_their_own_answers()
    {
        TextClassifier classifier = Load(RandomModels.Create(), new() { MaxCharacters = 10 });

        Assert.Empty(classifier.Classify([], Token));
        Assert.All(classifier.Classify("").Logits, logit => Assert.True(float.IsFinite(logit)));
        Assert.Throws<ArgumentNullException>(() => classifier.Classify((string)null!));
        Assert.Throws<ArgumentNullException>(() => classifier.Classify(["a", null!], Token));
        Assert.Throws<TextTooLongException>(() => classifier.Classify("more than ten"));
        classifier.Dispose();
        classifier.Dispose();
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify("a"));
    }

    [Fact]
    public void Classify_a_text_over_the_limit_among_many_is_named_by_its_place()
    {
        using TextClassifier classifier = Load(RandomModels.Create(), new() { MaxCharacters = 30 });
        TextTooLongException failure = Assert.Throws<TextTooLongException>(() => classifier.Classify(["a", "a", "b", new string('c', 31), "d"], Token));
        Assert.Equal(3, failure.Index);
    }

    [Theory]
    [InlineData(GraphDialect.CpuFp32)]
    [InlineData(GraphDialect.CpuFp32Avx512)]
    [InlineData(GraphDialect.Portable)]
    public void Classify_pairs_reads_both_texts_and_equals_each_pair_alone(GraphDialect dialect)
    {
        Assert.SkipWhen(EncoderGraph.HasOwnOperators(dialect) && !OwnOperators.IsSupported, "This processor has no AVX-512.");
        ModelArtifact artifact = RandomModels.Create();
        using TextClassifier classifier = Load(artifact, new() { Dialect = dialect, BatchTokens = 200 }), portable = Load(artifact, new() { Dialect = GraphDialect.Portable });
        TextPair[] pairs = [.. Texts.Zip(Texts.Reverse(), (first, second) => new TextPair(first, second))];
        IReadOnlyList<Classification> together = classifier.Classify(pairs, Token);
        for (int i = 0; i < pairs.Length; i++)
        {
            Classification alone = classifier.Classify(pairs[i]), expected = portable.Classify(pairs[i]);
            if (dialect != GraphDialect.Portable) Assert.Equal(alone.Logits, together[i].Logits);
            for (int k = 0; k < alone.Logits.Count; k++) Assert.Equal(expected.Logits[k], together[i].Logits[k], 1e-4f);
        }
        Assert.NotEqual(classifier.Classify(new TextPair("a b", "c")).Logits, classifier.Classify(new TextPair("c", "a b")).Logits);
        Assert.NotEqual(classifier.Classify(new TextPair("a b", "c")).Logits, classifier.Classify("a b c").Logits);
    }

    [Fact]
    public void Classify_a_pair_over_the_limit_is_cut_or_refused()
    {
        string text = string.Join(' ', Enumerable.Repeat("a", 20));
        using TextClassifier truncate = Load(RandomModels.Create(), new() { MaxLength = 16 }), window = Load(RandomModels.Create(), new() { MaxLength = 16, LongText = LongTextPolicy.Window });
        Classification cut = truncate.Classify(new TextPair(text, text));
        Assert.Equal((43, 16, true), (cut.TokenCount, cut.UsedTokenCount, cut.Truncated));
        Assert.Throws<TextTooLongException>(() => window.Classify(new TextPair(text, text)));
    }

    [Fact]
    public async Task ClassifyAsync_gives_the_answers_of_the_list_in_order()
    {
        using TextClassifier classifier = Load(RandomModels.Create());
        string[] many = [.. Enumerable.Range(0, 10).SelectMany(_ => Texts)];
        IReadOnlyList<Classification> expected = classifier.Classify(many, Token);
        List<Classification> found = [];
        await foreach (Classification answer in classifier.ClassifyAsync(Stream(many), TestContext.Current.CancellationToken)) found.Add(answer);
        Assert.Equal(expected.Select(answer => string.Join(' ', answer.Logits)), found.Select(answer => string.Join(' ', answer.Logits)));
    }

    [Fact]
    public async Task ClassifyAsync_answers_before_the_stream_ends_takes_no_more_than_it_needs_and_frees_the_source()
    {
        using TextClassifier classifier = Load(RandomModels.Create());
        int taken = 0;
        bool freed = false;
        await foreach (Classification answer in classifier.ClassifyAsync(Endless(), TestContext.Current.CancellationToken))
        {
            Assert.True(float.IsFinite(answer.Score));
            break;
        }
        Assert.True(freed);
        Assert.InRange(taken, 1, 4500); // two chunks of 2048

        async IAsyncEnumerable<string> Endless()
        {
            try
            {
                while (true)
                {
                    yield return Texts[taken++ % Texts.Length];
                    await Task.Yield();
                }
            }
            finally
            {
                freed = true;
            }
        }
    }

    [Fact]
    public async Task ClassifyAsync_stops_when_it_is_cancelled_and_passes_on_the_failure_of_its_source()
    {
        using TextClassifier classifier = Load(RandomModels.Create());
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Classification _ in classifier.ClassifyAsync(Stream([.. Enumerable.Repeat("a", 5000)]), stop.Token)) await stop.CancelAsync();
        });
        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (Classification _ in classifier.ClassifyAsync(Broken(), TestContext.Current.CancellationToken))
            {
            }
        });

        static async IAsyncEnumerable<string> Broken()
        {
            yield return "a";
            await Task.Yield();
            throw new InvalidDataException();
        }
    }

    private static async IAsyncEnumerable<string> Stream(IReadOnlyList<string> texts)
    {
        foreach (string text in texts)
        {
            if (text.Length % 7 == 0) await Task.Yield();
            yield return text;
        }
    }

    [Fact]
    public void Load_probe_that_answers_differently_is_refused()
    {
        ModelArtifact artifact = RandomModels.Create();
        using TextClassifier classifier = Load(artifact);
        Probe good = new("a b", [2, 5, 6, 3], classifier.Classify("a b").Logits);

        using TextClassifier accepted = Load(artifact with { Probes = [good] });
        Assert.Throws<ModelFileException>(() => Load(artifact with { Probes = [good with { Ids = [2, 6, 5, 3] }] }));
        Assert.Throws<ModelFileException>(() => Load(artifact with { Probes = [good with { Logits = [.. good.Logits.Select(logit => logit + 0.1f)] }] }));
    }

    [Fact]
    public void Load_limit_above_the_model_and_other_faults_are_listed_together()
    {
        SettingsException e = Assert.Throws<SettingsException>(() => Load(RandomModels.Create(), new() { MaxLength = 65, TopK = 0 }));

        Assert.Contains("65", e.Message);
        Assert.Contains("TopK", e.Message);
    }

    [Theory]
    [InlineData("bert-tiny-random")]
    [InlineData("electra-tiny-random")]
    [Trait("Category", "Golden")]
    public void Load_foreign_model_answers_with_its_own_labels(string name)
    {
        using TextClassifier classifier = TextClassifier.Load(SharedFolders.Golden("foreign-onnx", name, "model.onnx"));

        Classification answer = classifier.Classify("the results");

        Assert.Contains(answer.Label, classifier.Labels);
        Assert.Equal(1.0, answer.Scores.Sum(score => (double)score.Score), 5);
        Assert.Equal(ExecutionProvider.Cpu, classifier.Provider.Provider);
    }
}
