using RctOnnx.Train.Settings;
using Xunit;

namespace RctOnnx.Train.Tests.Settings;

public class SettingsHashTests
{
    private static readonly TrainSettings Start = new() { Base = "base", Train = ["train.tsv"], Output = "run", Epochs = 2 };

    public static TheoryData<TrainSettings> Others => new()
    {
        Start with { UnfreezeEvery = 10 },
        Start with { TeacherHiddenWeight = 1 },
        Start with { TeacherHiddenWeight = 1, TeacherLayers = [1, 3] },
        Start with { Epochs = 4 },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void What_decides_about_the_numbers_changes_the_hash(TrainSettings other) => Assert.NotEqual(SettingsJson.Hash(Start), SettingsJson.Hash(other));

    [Fact]
    public void What_a_run_keeps_in_memory_does_not() => Assert.Equal(SettingsJson.Hash(Start), SettingsJson.Hash(Start with { GradientCheckpointing = true, CheckpointEvery = 5, Output = "other" }));

    // Of the settings as they were before these: a run that began then can be resumed.
    [Fact]
    public void Settings_at_their_default_do_not_stand_in_it() =>
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("""{"epochs":2}"""u8)), SettingsJson.Hash(Start));
}
