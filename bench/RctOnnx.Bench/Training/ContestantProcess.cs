using System.Diagnostics;
using System.Text.Json;

namespace RctOnnx.Bench.Training;

/// <summary>A contestant in a process of its own, so that memory is its own and nobody's threads spin during another's turn.</summary>
internal sealed class ContestantProcess : IDisposable
{
    private readonly Process _process;
    private readonly string _name;

    public ContestantProcess(string name)
    {
        _name = name;
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])["training", TrainingComparison.ContestantOption, name]) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>One round.</summary>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public RoundResult Run(int stepCount)
    {
        _process.StandardInput.WriteLine(stepCount);
        string line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"The contestant '{_name}' has ended; its message stands above.");
        return JsonSerializer.Deserialize<RoundResult>(line)!;
    }

    /// <summary>The other end: answers rounds until its input ends.</summary>
    public static void Serve(ITrainingContestant contestant)
    {
        while (Console.ReadLine() is { } line)
            Console.WriteLine(JsonSerializer.Serialize(contestant.Run(int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(20))) _process.Kill();
        _process.Dispose();
    }
}
