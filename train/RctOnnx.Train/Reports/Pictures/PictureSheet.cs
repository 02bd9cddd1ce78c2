using ScottPlot;
using SkiaSharp;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Plots under one another in one picture.</summary>
/// <param name="width">Width in pixels before scaling.</param>
internal sealed class PictureSheet(int width) : IDisposable
{
    // Two pixels for one: sharp on phones and when enlarged.
    private const int Scale = 2;

    private readonly List<(Plot Plot, int Height)> _panels = [];

    /// <summary>Colour of what was there before training.</summary>
    public static Color Before { get; } = Color.FromHex("#a8b0ba");

    /// <summary>Colour of what training made.</summary>
    public static Color After { get; } = Color.FromHex("#1f6feb");

    /// <summary>Colour of what belongs to dev.</summary>
    public static Color Dev { get; } = Color.FromHex("#d9480f");

    /// <summary>Colour of text.</summary>
    public static Color Ink { get; } = Color.FromHex("#24292f");

    private static Color Lines { get; } = Color.FromHex("#e5e8eb");

    /// <summary>A new panel below the others.</summary>
    /// <param name="title">Heading of the panel.</param>
    /// <param name="height">In pixels before scaling.</param>
    /// <param name="family">Font family of its labels.</param>
    public Plot Add(string title, int height, string family)
    {
        string titleFamily = ReportFont.FamilyFor(title);
        Plot plot = new() { ScaleFactor = Scale };
        plot.Font.Set(family);
        plot.Axes.Color(Ink);
        plot.Title(title, 16);
        plot.Axes.Title.Label.FontName = titleFamily;
        plot.Axes.Title.Label.ForeColor = Ink;
        plot.Grid.MajorLineColor = Lines;
        plot.Axes.Top.FrameLineStyle.IsVisible = false;
        plot.Axes.Right.FrameLineStyle.IsVisible = false;
        foreach (IAxis axis in plot.Axes.GetAxes()) axis.TickLabelStyle.FontSize = 13;
        _panels.Add((plot, height));
        return plot;
    }

    /// <summary>The picture as PNG.</summary>
    public byte[] ToPng()
    {
        int height = _panels.Sum(panel => panel.Height);
        using SKSurface surface = SKSurface.Create(new SKImageInfo(width * Scale, height * Scale));
        surface.Canvas.Clear(SKColors.White);
        int top = 0;
        foreach ((Plot plot, int panelHeight) in _panels)
        {
            using SKSurface panel = SKSurface.Create(new SKImageInfo(width * Scale, panelHeight * Scale));
            plot.Render(panel.Canvas, new PixelRect(0, width * Scale, panelHeight * Scale, 0));
            surface.Canvas.DrawSurface(panel, 0, top * Scale);
            top += panelHeight;
        }
        using SKImage image = surface.Snapshot();
        using SKData data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public void Dispose()
    {
        foreach ((Plot plot, _) in _panels) plot.Dispose();
    }
}
