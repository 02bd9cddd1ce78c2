using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;

namespace RctOnnx.Train.Pretraining;

/// <summary>
/// Texts as full blocks of tokens: [CLS], pieces, [SEP]. Documents follow one another with a [SEP] between them (RoBERTa's
/// FULL-SENTENCES, Liu et al. 2019), so that nothing is padded but the last block.
/// </summary>
internal sealed class TextBlocks
{
    private readonly WordPieceTokenizer _tokenizer;
    private readonly int[] _block;
    private int _length;
    private bool _hasWord;

    /// <param name="tokenizer">Gives the pieces.</param>
    /// <param name="blockLength">Tokens of a block.</param>
    /// <param name="store">Takes the blocks.</param>
    public TextBlocks(WordPieceTokenizer tokenizer, int blockLength, TokenStore? store = null)
    {
        Store = store ?? new TokenStore();
        _tokenizer = tokenizer;
        _block = new int[blockLength];
        _block[0] = tokenizer.ClsId;
        _length = 1;
    }

    /// <summary>The blocks so far.</summary>
    public TokenStore Store { get; }

    /// <summary>Adds pieces of a text.</summary>
    public void Add(ReadOnlySpan<int> pieces)
    {
        foreach (int piece in pieces) Put(piece, piece != _tokenizer.UnknownId);
    }

    /// <summary>Ends a document.</summary>
    public void EndDocument()
    {
        if (_length > 1 && _block[_length - 1] != _tokenizer.SepId) Put(_tokenizer.SepId, isWord: false);
    }

    /// <summary>Puts what is left into a shorter block; what is added later starts another.</summary>
    public void Finish()
    {
        if (_length > 1) Flush();
    }

    /// <summary>SHA-256 over all blocks, when the last one is finished.</summary>
    public string Hash()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int row = 0; row < Store.RowCount; row++)
        {
            Span<int> ids = _block.AsSpan(0, Store.Length(row));
            Store.Read(row, ids);
            hash.AppendData(MemoryMarshal.AsBytes(ids));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void Put(int id, bool isWord)
    {
        _block[_length++] = id;
        _hasWord |= isWord;
        if (_length == _block.Length - 1) Flush();
    }

    private void Flush()
    {
        if (_block[_length - 1] != _tokenizer.SepId) _block[_length++] = _tokenizer.SepId;
        if (_hasWord) Store.Add(_block.AsSpan(0, _length), _length); // unknown words alone teach nothing
        (_length, _hasWord) = (1, false);
    }
}
