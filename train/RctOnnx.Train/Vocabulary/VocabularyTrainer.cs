using System.Text;
using RctOnnx.Onnx;

namespace RctOnnx.Train.Vocabulary;

/// <summary>
/// Makes a WordPiece vocabulary from word counts by joining the most frequent pair of neighbouring pieces again and again (Sennrich
/// et al. 2016), with the continuation prefix of BERT: what the library tokenizers does to train one. The same counts give the
/// same vocabulary: of pairs that are equally frequent, the one whose pieces came first is joined.
/// </summary>
public sealed class VocabularyTrainer
{
    private readonly string _prefix;
    private readonly List<string> _pieces;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<int[]> _words = [];
    private readonly List<long> _counts = [];
    private readonly Dictionary<(int Left, int Right), long> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _places = [];
    private readonly PriorityQueue<(int Left, int Right), (long Negative, int Left, int Right)> _queue = new();

    private VocabularyTrainer(IEnumerable<string> special, string prefix)
    {
        _prefix = prefix;
        _pieces = [.. special];
        for (int i = 0; i < _pieces.Count; i++) _ids[_pieces[i]] = i;
    }

    /// <summary>The vocabulary: special tokens, then characters, then joined pieces in the order in which they were joined.</summary>
    /// <param name="counts">Words with how often each occurs.</param>
    /// <param name="settings">Names the special tokens and the prefix.</param>
    /// <param name="options">Size and limits.</param>
    /// <exception cref="DataException">There are no words.</exception>
    public static IReadOnlyList<string> Train(IReadOnlyDictionary<string, long> counts, TokenizerSettings settings, VocabularyOptions? options = null)
    {
        options ??= new VocabularyOptions();
        string[] special = [settings.PadToken, settings.UnknownToken, settings.ClsToken, settings.SepToken, settings.MaskToken];
        options.Validate(special.Length);
        if (counts.Count == 0) throw new DataException("The texts hold no words to make a vocabulary of.");
        VocabularyTrainer trainer = new(special, settings.ContinuationPrefix);
        trainer.AddWords(counts, options.AlphabetLimit);
        trainer.Join(options);
        return [.. trainer._pieces.Take(options.Size)];
    }

    private void AddWords(IReadOnlyDictionary<string, long> counts, int alphabetLimit)
    {
        Dictionary<Rune, long> characters = [];
        foreach ((string word, long count) in counts)
            foreach (Rune rune in word.EnumerateRunes()) characters[rune] = characters.GetValueOrDefault(rune) + count;
        HashSet<Rune> alphabet = [.. characters.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Value).Take(alphabetLimit).Select(pair => pair.Key)];

        List<(string[] Symbols, long Count)> spelt = [];
        SortedSet<string> symbols = new(StringComparer.Ordinal);
        foreach ((string word, long count) in counts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Rune[] runes = [.. word.EnumerateRunes()];
            if (!runes.All(alphabet.Contains)) continue;
            string[] spelling = [.. runes.Select((rune, i) => i == 0 ? rune.ToString() : _prefix + rune)];
            symbols.UnionWith(spelling);
            spelt.Add((spelling, count));
        }
        foreach (string symbol in symbols) IdOf(symbol);
        foreach ((string[] spelling, long count) in spelt)
        {
            _words.Add([.. spelling.Select(IdOf)]);
            _counts.Add(count);
        }
    }

    private void Join(VocabularyOptions options)
    {
        for (int word = 0; word < _words.Count; word++)
            for (int i = 0; i + 1 < _words[word].Length; i++) Count((_words[word][i], _words[word][i + 1]), _counts[word], word);
        foreach (((int Left, int Right) pair, long count) in _pairCounts) Queue(pair, count);
        while (_pieces.Count < options.Size && _queue.TryDequeue(out (int Left, int Right) pair, out (long Negative, int, int) order))
        {
            long count = _pairCounts.GetValueOrDefault(pair);
            if (count != -order.Negative)
            {
                if (count > 0) Queue(pair, count); // the count changed since it was queued
                continue;
            }
            if (count < options.MinFrequency) break;
            JoinEverywhere(pair);
        }
    }

    private void JoinEverywhere((int Left, int Right) pair)
    {
        string right = _pieces[pair.Right];
        int joined = IdOf(_pieces[pair.Left] + right[_prefix.Length..]);
        HashSet<(int, int)> grown = [];
        foreach (int word in _places[pair].Order().ToArray())
        {
            int[] old = _words[word];
            List<int> pieces = new(old.Length);
            for (int i = 0; i < old.Length; i++)
            {
                if (i + 1 < old.Length && (old[i], old[i + 1]) == pair)
                {
                    pieces.Add(joined);
                    i++;
                }
                else
                {
                    pieces.Add(old[i]);
                }
            }
            if (pieces.Count == old.Length) continue; // an earlier join took the pair apart
            long count = _counts[word];
            for (int i = 0; i + 1 < old.Length; i++) _pairCounts[(old[i], old[i + 1])] -= count;
            _words[word] = [.. pieces];
            for (int i = 0; i + 1 < pieces.Count; i++)
            {
                Count((pieces[i], pieces[i + 1]), count, word);
                if (pieces[i] == joined || pieces[i + 1] == joined) grown.Add((pieces[i], pieces[i + 1]));
            }
        }
        _pairCounts.Remove(pair);
        _places.Remove(pair);
        foreach ((int, int) one in grown)
            if (_pairCounts.TryGetValue(one, out long count)) Queue(one, count);
    }

    private void Count((int Left, int Right) pair, long count, int word)
    {
        _pairCounts[pair] = _pairCounts.GetValueOrDefault(pair) + count;
        if (!_places.TryGetValue(pair, out HashSet<int>? places)) _places[pair] = places = [];
        places.Add(word);
    }

    private void Queue((int Left, int Right) pair, long count) => _queue.Enqueue(pair, (-count, pair.Left, pair.Right));

    private int IdOf(string piece)
    {
        if (_ids.TryGetValue(piece, out int id)) return id;
        _ids[piece] = id = _pieces.Count;
        _pieces.Add(piece);
        return id;
    }
}
