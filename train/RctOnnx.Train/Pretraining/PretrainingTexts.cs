using System.Buffers.Binary;
using System.Security.Cryptography;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Train.Batching;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Pretraining;

/// <summary>The texts of a run as blocks, with whole documents held out.</summary>
/// <param name="Train">Blocks to learn from.</param>
/// <param name="HeldOut">Blocks for the perplexity; may be empty.</param>
/// <param name="Hash">SHA-256 over the training blocks.</param>
/// <param name="TextCount">Texts that were taken.</param>
/// <param name="ExcludedCount">Texts that were left out, as they hold a sentence of the test data.</param>
/// <param name="RepeatedCount">Rows of tables that were left out, as their text was there before.</param>
internal sealed record PretrainingTexts(TokenStore Train, TokenStore HeldOut, string Hash, long TextCount, long ExcludedCount, long RepeatedCount) : IDisposable
{
    /// <summary>Reads all files, one pass, in constant memory but for 12 bytes a block, 50 to 100 bytes a row of a table, and the tokens, which go to a file where they are many (<see cref="TokenStore"/>).</summary>
    /// <exception cref="DataException">A file is missing or not readable, or nothing is left to learn from.</exception>
    public static PretrainingTexts Read(PretrainSettings settings, WordPieceTokenizer tokenizer, CancellationToken token) =>
        ConsoleProgress.Run("Reading texts", null, "texts", progress => Read(settings, tokenizer, progress, token));

    /// <inheritdoc/>
    public void Dispose() => Train.Dispose();

    private static PretrainingTexts Read(PretrainSettings settings, WordPieceTokenizer tokenizer, IWorkProgress progress, CancellationToken token)
    {
        ExcludedTexts excluded = ExcludedTexts.Read(settings.Exclude);
        TextBlocks train = new(tokenizer, settings.MaxLength, new TokenStore(new RunFolder(settings.Output).Tokens)), heldOut = new(tokenizer, settings.MaxLength);
        PieceBuffer pieces = new();
        HashSet<UInt128> known = [];
        long documents = 0, texts = 0, left = 0, repeated = 0;
        foreach (string path in settings.Input)
        {
            DataFormat format = settings.DataFormat ?? TextDataset.FormatOf(path);
            bool isPlain = format == DataFormat.Text;
            string? group = null;
            TextBlocks target = Next();
            foreach (TextRow row in TextDataset.Read(path, format, new ColumnNames { Text = settings.TextColumn, Label = null }))
            {
                token.ThrowIfCancellationRequested();
                // A document is what stands between empty lines of a plain text, an abstract, or a row of a table.
                if (isPlain ? row.Text.Length == 0 : row.Group is null || row.Group != group) target = Next();
                group = row.Group;
                progress.Advance(1);
                if (row.Text.Length == 0) continue;
                if (excluded.Holds(row.Text))
                {
                    left++;
                    continue;
                }
                // Rows of a table are documents: one that is there again would be learnt twice, and might be held out and learnt.
                if (!isPlain && row.Group is null && !known.Add(HashOf(row.Text)))
                {
                    repeated++;
                    continue;
                }
                pieces.Clear();
                tokenizer.AppendPieces(row.Text, pieces);
                target.Add(pieces.Ids);
                if (settings.SeparateTexts) target.Finish();
                texts++;
            }
        }
        Next();
        train.Finish();
        heldOut.Finish();
        if (train.Store.RowCount == 0) throw new DataException("The texts give no block to learn from: all are empty, excluded, held out or unknown to the vocabulary.");
        return new PretrainingTexts(train.Store, heldOut.Store, train.Hash(), texts, left, repeated);

        TextBlocks Next()
        {
            train.EndDocument();
            heldOut.EndDocument();
            return new SeededOrder(settings.Seed, documents++).NextDouble() < settings.HeldOutShare ? heldOut : train;
        }
    }

    private static UInt128 HashOf(string text) => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
