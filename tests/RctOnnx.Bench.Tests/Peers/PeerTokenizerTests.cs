using RctOnnx.Bench.Peers;
using RctOnnx.Onnx;
using RctOnnx.Runtime.Tokenization;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Bench.Tests.Peers;

public class PeerTokenizerTests
{
    [Fact]
    public void The_files_say_what_the_model_says()
    {
        ModelArtifact artifact = RandomModels.Create();
        using TemporaryFolder folder = new();

        PeerTokenizer.Write(folder.Path, artifact);

        TokenizerSource source = TokenizerFiles.Load(folder.Path);
        Assert.Equal(artifact.Vocabulary, source.Vocabulary);
        Assert.Equal(artifact.Tokenizer.LowerCase, source.Settings.LowerCase);
        Assert.Equal(artifact.Tokenizer.StripsAccents, source.Settings.StripsAccents);
        Assert.Equal(artifact.MaxLength, source.MaxLength);
    }
}
