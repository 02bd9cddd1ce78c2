using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using RctOnnx.Runtime.Tokenization;
using BertTokenizer = Microsoft.ML.Tokenizers.BertTokenizer;

namespace RctOnnx.Bench.Tokenization;

/// <summary>
/// RCT sentences through this product's tokenizer and through Microsoft.ML.Tokenizers' BertTokenizer, on all cores, and on one;
/// and this product's words through the WordPiece model of that library.
/// </summary>
[Config(typeof(Settings))]
public class TokenizerBenchmark
{
    private const int SentenceCount = 20_000;

    private readonly string[] _sentences = Sentences();
    private WordPieceTokenizer _own = null!;
    private BertTokenizer _peer = null!;
    private WordSplitter _words = null!;
    private Microsoft.ML.Tokenizers.WordPieceTokenizer _peerPieces = null!;

    /// <summary>Loads both from the same vocabulary.</summary>
    [GlobalSetup]
    public void Load()
    {
        string folder = BenchmarkFolders.Weights("all-MiniLM-L6-v2");
        TokenizerSource source = TokenizerFiles.Load(folder);
        _own = WordPieceTokenizer.Create(source.Vocabulary, source.Settings);
        _peer = BertTokenizer.Create(Path.Combine(folder, "vocab.txt"));
        _words = new WordSplitter(source.Settings);
        _peerPieces = Microsoft.ML.Tokenizers.WordPieceTokenizer.Create(Path.Combine(folder, "vocab.txt"), new Microsoft.ML.Tokenizers.WordPieceOptions { PreTokenizer = null, Normalizer = null });
    }

    /// <summary>The peer, all cores.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = SentenceCount)]
    public IReadOnlyList<int>[] PeerAllCores()
    {
        IReadOnlyList<int>[] ids = new IReadOnlyList<int>[_sentences.Length];
        Parallel.For(0, ids.Length, i => ids[i] = _peer.EncodeToIds(_sentences[i]));
        return ids;
    }

    /// <summary>This product, all cores.</summary>
    [Benchmark(OperationsPerInvoke = SentenceCount)]
    public Encoding[] OwnAllCores() => _own.EncodeBatch(_sentences);

    /// <summary>The peer, one core.</summary>
    [Benchmark(OperationsPerInvoke = SentenceCount)]
    public int PeerOneCore()
    {
        int count = 0;
        foreach (string sentence in _sentences) count += _peer.EncodeToIds(sentence).Count;
        return count;
    }

    /// <summary>This product's words through the WordPiece model of the peer's library, one core.</summary>
    [Benchmark(OperationsPerInvoke = SentenceCount)]
    public int OwnWordsPeerWordPieceOneCore()
    {
        int count = 0;
        foreach (string sentence in _sentences)
            _words.Split(sentence, word => count += _peerPieces.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false).Count);
        return count;
    }

    /// <summary>This product, one core, into a buffer that is used again: what the engine does.</summary>
    [Benchmark(OperationsPerInvoke = SentenceCount)]
    public int OwnOneCore()
    {
        PieceBuffer buffer = new();
        int count = 0;
        foreach (string sentence in _sentences)
        {
            buffer.Clear();
            count += _own.AppendPieces(sentence, buffer);
        }
        return count;
    }

    // A line of the RCT format is a label, a tab and a sentence; ids of abstracts start with ###.
    private static string[] Sentences() =>
    [
        .. File.ReadLines(BenchmarkFolders.Data("rct-abstracts", "train.txt"))
            .Where(line => line.Contains('\t')).Select(line => line[(line.IndexOf('\t') + 1)..]).Take(SentenceCount),
    ];

    private sealed class Settings : ManualConfig
    {
        public Settings()
        {
            AddJob(Job.ShortRun.WithIterationCount(7));
            AddColumn(new ItemsPerSecondColumn("sentences"));
            AddDiagnoser(BenchmarkDotNet.Diagnosers.MemoryDiagnoser.Default);
        }
    }
}
