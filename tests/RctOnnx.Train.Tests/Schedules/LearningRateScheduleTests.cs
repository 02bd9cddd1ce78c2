using System.Text.Json;
using RctOnnx.Testing;
using RctOnnx.Train.Schedules;
using Xunit;

namespace RctOnnx.Train.Tests.Schedules;

public class LearningRateScheduleTests
{
    [Fact]
    [Trait("Category", "Golden")]
    public void At_equals_the_reference_at_every_step()
    {
        JsonElement golden = GoldenTensor.Parse(SharedFolders.Golden("schedules.json"));
        foreach (JsonProperty curve in golden.GetProperty("values_at_step").EnumerateObject())
        {
            bool noWarmup = curve.Name.EndsWith("_no_warmup", StringComparison.Ordinal);
            LearningRateSchedule schedule = new()
            {
                Kind = Enum.Parse<ScheduleKind>(curve.Name.Split('_')[0], ignoreCase: true),
                Peak = golden.GetProperty("peak").GetDouble(),
                WarmupStepCount = noWarmup ? 0 : golden.GetProperty("warmup_steps").GetInt32(),
                TotalStepCount = golden.GetProperty("total_steps").GetInt32(),
            };
            int step = 0;
            foreach (JsonElement value in curve.Value.EnumerateArray())
            {
                Assert.True(Math.Abs(value.GetDouble() - schedule.At(step)) <= 1e-9, $"{curve.Name} step {step}: expected {value.GetDouble()}, found {schedule.At(step)}");
                step++;
            }
        }
    }

    [Fact]
    public void Validate_names_every_fault()
    {
        LearningRateSchedule schedule = new() { Peak = 0, WarmupStepCount = -1, TotalStepCount = 0 };
        string message = Assert.Throws<SettingsException>(schedule.Validate).Message;
        Assert.Contains("learning rate is 0", message);
        Assert.Contains("warm-up takes -1", message);
        Assert.Contains("run has 0 steps", message);
    }
}
