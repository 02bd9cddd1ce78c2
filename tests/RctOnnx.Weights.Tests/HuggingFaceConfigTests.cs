using System.Text.Json.Nodes;
using RctOnnx.Onnx;
using RctOnnx.Onnx.HuggingFace;
using RctOnnx.Testing;
using Xunit;

namespace RctOnnx.Weights.Tests;

public class HuggingFaceConfigTests
{
    private static JsonObject Electra() => new()
    {
        ["model_type"] = "electra",
        ["vocab_size"] = 100,
        ["embedding_size"] = 64,
        ["hidden_size"] = 196,
        ["num_hidden_layers"] = 18,
        ["num_attention_heads"] = 4,
        ["intermediate_size"] = 512,
        ["max_position_embeddings"] = 512,
        ["type_vocab_size"] = 2,
        ["hidden_act"] = "gelu",
        ["id2label"] = new JsonObject { ["1"] = "b", ["0"] = "a" },
        ["label2id"] = new JsonObject { ["a"] = 0, ["b"] = 1 },
    };

    private static HuggingFaceConfig Read(JsonObject config)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("config.json"), config.ToJsonString());
        return HuggingFaceConfig.Read(folder.Path);
    }

    [Fact]
    public void Read_takes_odd_widths_and_orders_labels_by_number()
    {
        HuggingFaceConfig config = Read(Electra());
        Assert.Equal((64, 196, 49), (config.Encoder.EmbeddingWidth, config.Encoder.HiddenWidth, config.Encoder.HeadWidth));
        Assert.Equal(["a", "b"], config.Labels);
        Assert.Equal(ProblemType.SingleLabel, config.ProblemType);
        Assert.Equal(0.1, config.ClassifierDropout);
    }

    [Theory]
    [InlineData("gelu", Activation.Gelu)]
    [InlineData("gelu_new", Activation.GeluTanh)]
    [InlineData("gelu_pytorch_tanh", Activation.GeluTanh)]
    [InlineData("relu", Activation.Relu)]
    public void Read_knows_every_supported_activation(string name, Activation expected)
    {
        JsonObject config = Electra();
        config["hidden_act"] = name;
        Assert.Equal(expected, Read(config).Encoder.Activation);
    }

    [Theory]
    [InlineData("hidden_act", "\"swish\"", "'swish' is not supported; supported are gelu, gelu_new, gelu_pytorch_tanh, relu")]
    [InlineData("model_type", "\"roberta\"", "'roberta' is not supported; supported are bert, electra")]
    [InlineData("problem_type", "\"ranking\"", "'ranking' is not supported")]
    [InlineData("position_embedding_type", "\"relative_key\"", "supported is 'absolute'")]
    [InlineData("is_decoder", "true", "supported is false")]
    [InlineData("hidden_size", "\"big\"", "expected a whole number")]
    [InlineData("hidden_size", "197", "not divisible")]
    [InlineData("num_hidden_layers", "0", "expected a positive number")]
    [InlineData("id2label", "{\"0\":\"a\",\"2\":\"b\"}", "expected 0 to 1")]
    [InlineData("id2label", "{\"0\":\"a\",\"1\":\"a\"}", "one name to two labels")]
    [InlineData("label2id", "{\"a\":1,\"b\":0}", "id2label says otherwise")]
    public void Values_that_are_not_supported_are_refused_by_name(string key, string json, string reason)
    {
        JsonObject config = Electra();
        config[key] = JsonNode.Parse(json);
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => Read(config)).Message);
    }

    [Theory]
    [InlineData("electra", "ElectraForMaskedLM")]
    [InlineData("bert", "BertForMaskedLM")]
    [InlineData("bert", "BertForPreTraining")]
    public void Masked_language_models_whose_output_layer_is_not_the_word_table_are_refused(string type, string architecture)
    {
        JsonObject config = Electra();
        (config["model_type"], config["architectures"]) = (type, new JsonArray(architecture));
        Assert.Equal(architecture, Read(config).ArchitectureName);
        config["tie_word_embeddings"] = false;
        Assert.Contains("tie_word_embeddings", Assert.Throws<ModelFileException>(() => Read(config)).Message);
    }

    [Fact]
    public void A_missing_key_or_file_is_named()
    {
        JsonObject config = Electra();
        config.Remove("vocab_size");
        Assert.Contains("'vocab_size' is missing", Assert.Throws<ModelFileException>(() => Read(config)).Message);
        using TemporaryFolder folder = new();
        Assert.Contains("config.json' is not there", Assert.Throws<ModelFileException>(() => HuggingFaceConfig.Read(folder.Path)).Message);
        File.WriteAllText(folder.File("config.json"), "{");
        Assert.Contains("not valid JSON", Assert.Throws<ModelFileException>(() => HuggingFaceConfig.Read(folder.Path)).Message);
    }
}
