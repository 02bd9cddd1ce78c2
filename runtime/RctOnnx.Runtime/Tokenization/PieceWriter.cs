using System.Text;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Tokenization;

/// <summary>
/// One pass over a text: BERT normaliser, pre-tokeniser and WordPiece together, character by character, so that no normalised
/// copy of the text is ever made. Reference: BertNormalizer, BertPreTokenizer and WordPiece of the Rust library tokenizers 0.23.
/// </summary>
internal ref struct PieceWriter
{
    /// <summary>Code points of the longest word that can be looked up, whatever the settings ask for.</summary>
    public const int LongestWordLimit = 256;

    private const int WordCapacity = 2 * LongestWordLimit; // in UTF-16 units

    private readonly WordPieceTokenizer _tokenizer;
    private readonly WordSink? _words;
    private readonly ReadOnlySpan<byte> _asciiClasses;
    private readonly TokenizerSettings _settings;
    private readonly PieceBuffer _target;
    private readonly bool _stripAccents;
    private readonly Span<char> _word;
    private readonly Span<int> _starts;
    private readonly Span<int> _ends;
    private List<(byte Order, int CodePoint, int Position)>? _marks;
    private int _wordLength;
    private int _wordCodePoints;
    private int _wordStart;
    private int _wordEnd;

    public PieceWriter(WordPieceTokenizer tokenizer, PieceBuffer target, Span<char> word, Span<int> starts, Span<int> ends)
    {
        (_tokenizer, _settings, _target) = (tokenizer, tokenizer.Settings, target);
        _asciiClasses = tokenizer.AsciiClasses;
        _stripAccents = _settings.StripsAccents;
        _word = word;
        _starts = starts;
        _ends = ends;
    }

    /// <summary>A writer that gives whole words, normalised, to <paramref name="words"/> in place of pieces to a buffer.</summary>
    public PieceWriter(TokenizerSettings settings, ReadOnlySpan<byte> asciiClasses, WordSink words, Span<char> word)
    {
        (_tokenizer, _settings, _target, _words) = (null!, settings, PieceBuffer.None, words);
        _asciiClasses = asciiClasses;
        _stripAccents = _settings.StripsAccents;
        _word = word;
    }

    /// <summary>Units of the word buffer that a caller provides.</summary>
    public static int BufferLength => WordCapacity;

    /// <summary>Appends the pieces of a text; <paramref name="position"/> is the code point at which it starts, and then ends.</summary>
    public void Write(ReadOnlySpan<char> text, ref int position)
    {
        ReadOnlySpan<byte> classes = _asciiClasses;
        int i = 0;
        while (i < text.Length)
        {
            char unit = text[i];
            if (unit < 128)
            {
                if (_marks is { Count: > 0 }) FlushMarks();
                switch (classes[unit])
                {
                    case AsciiClass.Letter:
                        AppendUnit(_settings.LowerCase && unit is >= 'A' and <= 'Z' ? (char)(unit | 0x20) : unit, position);
                        break;
                    case AsciiClass.Space:
                        EndWord();
                        break;
                    case AsciiClass.Punctuation:
                        EndWord();
                        AppendUnit(unit, position);
                        EndWord();
                        break;
                }
                i++;
            }
            else
            {
                Rune.DecodeFromUtf16(text[i..], out Rune rune, out int consumed); // a lone surrogate comes as U+FFFD
                i += consumed;
                WriteRune(rune.Value, position);
            }
            position++;
        }
        if (_marks is { Count: > 0 }) FlushMarks();
        EndWord();
    }

    private void WriteRune(int codePoint, int position)
    {
        if (_settings.CleanText)
        {
            if (codePoint == 0xFFFD || UnicodeTables.IsControl(codePoint)) return;
            if (UnicodeTables.IsWhiteSpace(codePoint))
            {
                FlushMarks();
                EndWord();
                return;
            }
        }
        bool alone = _settings.SplitChineseCharacters && UnicodeTables.IsChinese(codePoint);
        if (alone)
        {
            FlushMarks();
            EndWord();
        }
        if (_stripAccents) Strip(codePoint, position);
        else Lower(codePoint, position);
        if (alone)
        {
            FlushMarks();
            EndWord();
        }
    }

    private void Strip(int codePoint, int position)
    {
        Span<int> buffer = stackalloc int[3];
        if (UnicodeTables.TryDecompose(codePoint, buffer, out ReadOnlySpan<int> parts))
        {
            foreach (int part in parts) Keep(part, position);
            return;
        }
        if (!UnicodeTables.IsNonspacingMark(codePoint)) Keep(codePoint, position);
        else if (_marks is { Count: > 0 } && UnicodeTables.IsMarkStarter(codePoint)) FlushMarks();
    }

    // Canonical order: marks of a run are sorted by their class, stable. Only marks that survive the stripping matter.
    private void Keep(int codePoint, int position)
    {
        byte order = UnicodeTables.OrderOf(codePoint);
        if (order != 0)
        {
            (_marks ??= []).Add((order, codePoint, position));
            return;
        }
        FlushMarks();
        Lower(codePoint, position);
    }

    private void FlushMarks()
    {
        if (_marks is not { Count: > 0 }) return;
        foreach ((_, int codePoint, int position) in _marks.OrderBy(mark => mark.Order)) Lower(codePoint, position);
        _marks.Clear();
    }

    private void Lower(int codePoint, int position)
    {
        if (!_settings.LowerCase || !UnicodeTables.TryLower(codePoint, out ReadOnlySpan<int> lower))
        {
            Split(codePoint, position);
            return;
        }
        foreach (int part in lower) Split(part, position);
    }

    private void Split(int codePoint, int position)
    {
        if (UnicodeTables.IsWhiteSpace(codePoint))
        {
            EndWord();
        }
        else if (UnicodeTables.IsPunctuation(codePoint))
        {
            EndWord();
            AppendCodePoint(codePoint, position);
            EndWord();
        }
        else
        {
            AppendCodePoint(codePoint, position);
        }
    }

    private void AppendCodePoint(int codePoint, int position)
    {
        if (codePoint < 0x10000)
        {
            AppendUnit((char)codePoint, position);
            return;
        }
        AppendUnit((char)(0xD7C0 + (codePoint >> 10)), position);
        AppendUnit((char)(0xDC00 | (codePoint & 0x3FF)), position);
        _wordCodePoints--;
    }

    private void AppendUnit(char unit, int position)
    {
        if (_wordCodePoints == 0) _wordStart = position;
        _wordEnd = position + 1;
        _wordCodePoints++;
        if (_wordLength == _word.Length) return; // far over the longest word: only counted
        if (_target.HasOffsets) (_starts[_wordLength], _ends[_wordLength]) = (position, position + 1);
        _word[_wordLength++] = unit;
    }

    /// <summary>Greedy longest match first (WordPiece); one unknown piece makes the whole word unknown.</summary>
    private void EndWord()
    {
        if (_wordCodePoints == 0) return;
        ReadOnlySpan<char> word = _word[.._wordLength];
        if (_words is not null)
        {
            if (_wordCodePoints <= _settings.LongestWord) _words(word);
            (_wordLength, _wordCodePoints) = (0, 0);
            return;
        }
        int before = _target.Count;
        bool known = _wordCodePoints <= _settings.LongestWord;
        for (int start = 0; known && start < word.Length;)
        {
            int length = _tokenizer.LongestMatch(word[start..], continues: start > 0, out int id);
            if (length == 0)
            {
                known = false;
            }
            else
            {
                if (_target.HasOffsets) _target.Add(id, _starts[start], _ends[start + length - 1]);
                else _target.Add(id, 0, 0);
                start += length;
            }
        }
        if (!known)
        {
            _target.Truncate(before);
            _target.Add(_tokenizer.UnknownId, _wordStart, _wordEnd);
        }
        (_wordLength, _wordCodePoints) = (0, 0);
    }
}
