using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace RctOnnx.CommandLine;

/// <summary>Shows finished units and units a second.</summary>
internal sealed class RateColumn(string unit) : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
    {
        double seconds = task.ElapsedTime?.TotalSeconds ?? 0;
        double rate = seconds > 0 ? task.Value / seconds : 0;
        return new Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value:N0} {unit}, {rate:N0}/s"));
    }
}
