namespace RctOnnx.Bench.Load;

/// <summary>What happened at one offered rate; latencies in milliseconds.</summary>
internal sealed record LoadPoint(double Offered, double Answered, double P50, double P90, double P99, double P999, double Most);
