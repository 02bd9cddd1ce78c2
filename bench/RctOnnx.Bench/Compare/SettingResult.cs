namespace RctOnnx.Bench.Compare;

/// <summary>A setting that was tried, with its texts a second from string to label.</summary>
internal sealed record SettingResult(IContestant Contestant, double TextsPerSecond);
