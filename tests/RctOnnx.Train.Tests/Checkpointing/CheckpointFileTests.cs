using RctOnnx.Onnx;
using RctOnnx.Testing;
using RctOnnx.Train.Checkpointing;
using Xunit;

namespace RctOnnx.Train.Tests.Checkpointing;

public sealed class CheckpointFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static RunCheckpoint Checkpoint(long step) => new()
    {
        State = new RunState
        {
            Step = step,
            Epoch = 1,
            BatchIndex = 17,
            SettingsHash = "a",
            DataHash = "b",
            BestMetric = 0.1 + 0.2,
            BestStep = 4,
            EvaluationsSinceBest = 2,
            Seconds = 1.5,
        },
        Weights = new Dictionary<string, TensorData> { ["head.output.bias"] = TensorData.FromFloats([step, float.Epsilon], 2) },
        Moments = new Dictionary<string, TensorData> { ["head.output.bias.first_moment"] = TensorData.FromFloats([1e-30f, -0f], 2) },
        Random = new byte[] { 1, 2, 255 },
    };

    [Fact]
    public void Read_what_was_written_every_bit_of_it()
    {
        RunCheckpoint written = Checkpoint(12);
        CheckpointFile.Write(_folder.Path, written);
        RunCheckpoint read = CheckpointFile.Read(_folder.Path);
        Assert.Equal(written.State, read.State);
        Assert.Equal(written.Weights["head.output.bias"].Bytes.ToArray(), read.Weights["head.output.bias"].Bytes.ToArray());
        Assert.Equal(written.Moments["head.output.bias.first_moment"].Bytes.ToArray(), read.Moments["head.output.bias.first_moment"].Bytes.ToArray());
        Assert.Equal(written.Random.ToArray(), read.Random.ToArray());
    }

    [Fact]
    public void Write_a_later_step_replaces_the_earlier_and_leaves_no_other_file()
    {
        CheckpointFile.Write(_folder.Path, Checkpoint(12));
        CheckpointFile.Write(_folder.Path, Checkpoint(13));
        Assert.Equal(13, CheckpointFile.Read(_folder.Path).State.Step);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Read_after_a_save_that_broke_off_before_the_state_the_checkpoint_before()
    {
        CheckpointFile.Write(_folder.Path, Checkpoint(12));
        File.WriteAllText(_folder.File("step-00000013.safetensors"), "half");
        Assert.Equal(12, CheckpointFile.Read(_folder.Path).State.Step);
    }

    [Theory]
    [InlineData("", "is not the state of a run")]
    [InlineData("null", "is not the state of a run")]
    [InlineData("{\"tensors\":\"x\"}", "is not the state of a run")]
    [InlineData("{\"tensors\":\"../x\",\"state\":{\"version\":1,\"step\":1,\"epoch\":0,\"batch_index\":0,\"settings_hash\":\"\",\"data_hash\":\"\"}}", "plain name")]
    [InlineData("{\"tensors\":\"x\",\"state\":{\"version\":99,\"step\":1,\"epoch\":0,\"batch_index\":0,\"settings_hash\":\"\",\"data_hash\":\"\"}}", "version 99")]
    [InlineData("{\"tensors\":\"x\",\"state\":{\"version\":1,\"step\":1,\"epoch\":0,\"batch_index\":0,\"settings_hash\":\"\",\"data_hash\":\"\"}}", "cannot be read")]
    public void Read_a_state_that_is_not_usable_is_refused(string state, string reason)
    {
        File.WriteAllText(_folder.File("state.json"), state);
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => CheckpointFile.Read(_folder.Path)).Message);
    }

    [Fact]
    public void Read_a_folder_without_a_checkpoint_says_so() =>
        Assert.Contains("no checkpoint", Assert.Throws<ModelFileException>(() => CheckpointFile.Read(_folder.Path)).Message);
}
