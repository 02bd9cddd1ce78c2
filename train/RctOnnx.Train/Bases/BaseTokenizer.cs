using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Train.Bases;

/// <summary>The tokenizer of a base, without its weights.</summary>
internal static class BaseTokenizer
{
    /// <summary>From a Hugging Face folder or a model file of ours.</summary>
    /// <exception cref="ModelFileException">The tokenizer is missing or not supported.</exception>
    public static WordPieceTokenizer Load(string folderOrFile)
    {
        if (Directory.Exists(folderOrFile))
        {
            TokenizerSource source = TokenizerFiles.Load(folderOrFile);
            return WordPieceTokenizer.Create(source.Vocabulary, source.Settings);
        }
        ModelDescription model = ModelFile.Read(folderOrFile).Description
            ?? throw new ModelFileException($"'{folderOrFile}' was exported by another program and holds no tokenizer. Name the folder that it was exported from.");
        return WordPieceTokenizer.Create(model.Vocabulary, model.Tokenizer);
    }
}
