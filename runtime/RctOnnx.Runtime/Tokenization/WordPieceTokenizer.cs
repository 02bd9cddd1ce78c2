using System.Buffers;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>
/// BERT's tokenizer: exact to the Rust library tokenizers 0.23 (BertNormalizer, BertPreTokenizer, WordPiece), in linear time,
/// without allocation a token, independent of the machine's globalisation data. Immutable and thread-safe.
/// </summary>
public sealed class WordPieceTokenizer
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;
    private readonly int _longestWordPiece;
    private readonly int _longestContinuation;
    private readonly (string Text, int Id)[] _specialTokens;
    private readonly SearchValues<char> _specialStarts;

    private WordPieceTokenizer(IReadOnlyList<string> vocabulary, TokenizerSettings settings)
    {
        if (settings.LongestWord is < 1 or > PieceWriter.LongestWordLimit)
            throw new ModelFileException($"The longest word is {settings.LongestWord} code points; supported are 1 to {PieceWriter.LongestWordLimit} (BERT has 100).");
        Settings = settings;
        VocabularySize = vocabulary.Count;
        Dictionary<string, int> words = new(vocabulary.Count, StringComparer.Ordinal), continuations = new(StringComparer.Ordinal);
        string prefix = settings.ContinuationPrefix;
        for (int id = 0; id < vocabulary.Count; id++)
        {
            if (!words.TryAdd(vocabulary[id], id))
                throw new ModelFileException($"The vocabulary has the piece '{vocabulary[id]}' as {words[vocabulary[id]]} and as {id}; each may stand once.");
            if (vocabulary[id].StartsWith(prefix, StringComparison.Ordinal) && vocabulary[id].Length > prefix.Length)
            {
                continuations[vocabulary[id][prefix.Length..]] = id;
                _longestContinuation = Math.Max(_longestContinuation, vocabulary[id].Length - prefix.Length);
            }
            _longestWordPiece = Math.Max(_longestWordPiece, vocabulary[id].Length);
        }
        (_words, _continuations) = (words.GetAlternateLookup<ReadOnlySpan<char>>(), continuations.GetAlternateLookup<ReadOnlySpan<char>>());
        PadId = Special(settings.PadToken);
        UnknownId = Special(settings.UnknownToken);
        ClsId = Special(settings.ClsToken);
        SepId = Special(settings.SepToken);
        MaskId = Special(settings.MaskToken);
        _specialTokens = [(settings.PadToken, PadId), (settings.UnknownToken, UnknownId), (settings.ClsToken, ClsId), (settings.SepToken, SepId), (settings.MaskToken, MaskId)];
        // Longest first, so that of two tokens that start alike the longer is found.
        Array.Sort(_specialTokens, (a, b) => b.Text.Length.CompareTo(a.Text.Length));
        _specialStarts = SearchValues.Create([.. _specialTokens.Select(token => token.Text[0])]);
        AsciiTable = AsciiClass.Table(settings.CleanText);

        int Special(string token) => words.TryGetValue(token, out int id)
            ? id
            : throw new ModelFileException($"The vocabulary of {vocabulary.Count} pieces lacks the special token '{token}'. Use the vocabulary that belongs to the model.");
    }

    /// <summary>The rules.</summary>
    public TokenizerSettings Settings { get; }

    /// <summary>Number of pieces.</summary>
    public int VocabularySize { get; }

    /// <summary>Id of the padding token.</summary>
    public int PadId { get; }

    /// <summary>Id that stands for a word that cannot be spelt.</summary>
    public int UnknownId { get; }

    /// <summary>Id of the first token of every sequence.</summary>
    public int ClsId { get; }

    /// <summary>Id of the token that ends each text.</summary>
    public int SepId { get; }

    /// <summary>Id of the token that hides a piece.</summary>
    public int MaskId { get; }

    internal ReadOnlySpan<byte> AsciiClasses => AsciiTable;

    private byte[] AsciiTable { get; }

    /// <summary>A tokenizer over a vocabulary in which the index is the id.</summary>
    /// <exception cref="ModelFileException">A piece stands twice, a special token is missing, or the longest word is out of range.</exception>
    public static WordPieceTokenizer Create(IReadOnlyList<string> vocabulary, TokenizerSettings settings) => new(vocabulary, settings);

    /// <summary>
    /// Appends the pieces of a text, without special tokens, and returns how many. Special tokens typed in the text are
    /// ordinary text.
    /// </summary>
    public int AppendPieces(ReadOnlySpan<char> text, PieceBuffer target)
    {
        int before = target.Count, position = 0;
        Append(text, target, ref position);
        return target.Count - before;
    }

    /// <summary>A text, or a pair, with [CLS] and [SEP].</summary>
    /// <exception cref="SettingsException">The maximum length leaves no room for a piece, or the strategy cannot cut enough.</exception>
    public Encoding Encode(string text, string? pair = null, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new EncodeOptions();
        return Encode(text, pair, options, new PieceBuffer(options.Offsets), pair is null ? PieceBuffer.None : new PieceBuffer(options.Offsets));
    }

    private Encoding Encode(string text, string? pair, EncodeOptions options, PieceBuffer first, PieceBuffer second)
    {
        Pieces(text, options, first);
        if (pair is not null) Pieces(pair, options, second);
        int special = pair is null ? 2 : 3;
        if (options.MaxLength is { } limit && limit < special + 1)
            throw new SettingsException($"The maximum length is {limit}, but {special} special tokens and one piece need {special + 1}.");
        int room = (options.MaxLength ?? int.MaxValue) - special;
        (int firstCount, int secondCount) = Truncation.Fit(first.Count, second.Count, room, options.Truncation);

        int length = firstCount + secondCount + special;
        Encoding encoding = new()
        {
            Ids = new int[length],
            TypeIds = new int[length],
            Starts = options.Offsets ? new int[length] : [],
            Ends = options.Offsets ? new int[length] : [],
            TokenCount = first.Count + second.Count + special,
        };
        encoding.Ids[0] = ClsId;
        Copy(first, firstCount, encoding, 1);
        encoding.Ids[1 + firstCount] = SepId;
        if (pair is null) return encoding;
        Copy(second, secondCount, encoding, 2 + firstCount);
        encoding.Ids[^1] = SepId;
        encoding.TypeIds.AsSpan(2 + firstCount).Fill(1);
        return encoding;
    }

    /// <summary>Texts on all cores; the answers stand in the order of the texts.</summary>
    public Encoding[] EncodeBatch(IReadOnlyList<string> texts, EncodeOptions? options = null)
    {
        options ??= new EncodeOptions();
        Encoding[] encodings = new Encoding[texts.Count];
        Parallel.For(0, texts.Count, () => new PieceBuffer(options.Offsets), (i, _, buffer) =>
        {
            buffer.Clear();
            ArgumentNullException.ThrowIfNull(texts[i], nameof(texts));
            encodings[i] = Encode(texts[i], null, options, buffer, PieceBuffer.None);
            return buffer;
        }, _ => { });
        return encodings;
    }

    /// <summary>Length in UTF-16 units of the longest piece that starts the text; 0 if none does.</summary>
    internal int LongestMatch(ReadOnlySpan<char> text, bool continues, out int id)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup = continues ? _continuations : _words;
        for (int length = Math.Min(text.Length, continues ? _longestContinuation : _longestWordPiece); length > 0; length--)
            if (lookup.TryGetValue(text[..length], out id)) return length;
        id = UnknownId;
        return 0;
    }

    private void Pieces(string text, EncodeOptions options, PieceBuffer buffer)
    {
        int position = 0;
        if (!options.ParseSpecialTokens)
        {
            Append(text, buffer, ref position);
            return;
        }
        ReadOnlySpan<char> rest = text;
        while (rest.Length > 0)
        {
            (int at, int length, int id) = NextSpecialToken(rest);
            Append(rest[..at], buffer, ref position);
            if (length > 0) buffer.Add(id, position, position += length);
            rest = rest[(at + length)..];
        }
    }

    private (int At, int Length, int Id) NextSpecialToken(ReadOnlySpan<char> text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            int next = text[at..].IndexOfAny(_specialStarts);
            if (next < 0) break;
            at += next;
            foreach ((string token, int id) in _specialTokens)
                if (text[at..].StartsWith(token, StringComparison.Ordinal)) return (at, token.Length, id);
        }
        return (text.Length, 0, 0);
    }

    private void Append(ReadOnlySpan<char> text, PieceBuffer target, ref int position)
    {
        Span<char> word = stackalloc char[PieceWriter.BufferLength];
        Span<int> starts = target.HasOffsets ? stackalloc int[PieceWriter.BufferLength] : [], ends = target.HasOffsets ? stackalloc int[PieceWriter.BufferLength] : [];
        if (Settings.Rule == TextRule.NumberedPlaceholders) text = Placeholders.Cleaned(text);
        new PieceWriter(this, target, word, starts, ends).Write(text, ref position);
    }

    private static void Copy(PieceBuffer source, int count, Encoding target, int at)
    {
        source.Ids[..count].CopyTo(target.Ids.AsSpan(at));
        if (!source.HasOffsets) return;
        source.Starts[..count].CopyTo(target.Starts.AsSpan(at));
        source.Ends[..count].CopyTo(target.Ends.AsSpan(at));
    }
}
