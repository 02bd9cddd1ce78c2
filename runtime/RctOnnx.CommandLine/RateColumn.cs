using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RctOnnx.CommandLine;

/// <summary>Shows finished units and units a second.</summary>
internal sealed class RateColumn(string unit) : ProgressColumn
{
    private long _count;

    /// <summary>Adds finished units.</summary>
    public void Add(long count) => Interlocked.Add(ref _count, count);

    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        double seconds = task.ElapsedTime?.TotalSeconds ?? 0;
        long count = Interlocked.Read(ref _count);
        return new Text(string.Create(CultureInfo.InvariantCulture, $"{count:N0} {unit}, {(seconds > 0 ? count / seconds : 0):N0}/s"));
    }
}
