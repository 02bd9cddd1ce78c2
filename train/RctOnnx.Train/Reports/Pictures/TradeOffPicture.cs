using System.Globalization;
using RctOnnx.Train.Comparison;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Quality against speed, with the front of those that nothing beats in both.</summary>
internal static class TradeOffPicture
{
    private const int Width = 900, Height = 480;

    /// <summary>The picture as PNG.</summary>
    /// <param name="all">At least one variant.</param>
    /// <param name="set">Name of the set.</param>
    /// <param name="figure">What quality is.</param>
    public static byte[] Draw(IReadOnlyList<TradeOff> all, string set, ComparedFigure figure)
    {
        using PictureSheet sheet = new(Width);
        PictureLabels names = PictureLabels.Of([.. all.Select(one => one.Name)]);
        Plot plot = sheet.Add($"{set}: {figure.Title.Split(',')[0]} against speed", Height, names.Family);
        IReadOnlyList<TradeOff> front = TradeOff.Front(all);
        Scatter line = plot.Add.ScatterLine(front.Select(X).ToArray(), front.Select(one => one.Quality).ToArray(), PictureSheet.After.WithAlpha(0.4));
        line.LineWidth = 2;
        for (int i = 0; i < all.Count; i++)
        {
            bool isInFront = front.Contains(all[i]);
            plot.Add.Marker(X(all[i]), all[i].Quality, size: 10, color: isInFront ? PictureSheet.After : PictureSheet.Before);
            Text text = plot.Add.Text(names.Texts[i], X(all[i]), all[i].Quality);
            text.LabelAlignment = Alignment.MiddleLeft;
            text.LabelFontName = names.Family;
            text.LabelFontSize = 12;
            text.LabelFontColor = PictureSheet.Ink;
            text.OffsetX = 10;
        }
        double low = all.Min(one => one.Quality), high = all.Max(one => one.Quality), span = Math.Max(high - low, 0.01 * figure.Scale);
        double left = all.Min(X), right = all.Max(X);
        plot.Axes.SetLimits(left - 0.1, right + 0.25 * Math.Max(right - left, 1), low - 0.1 * span, high + 0.1 * span); // room for the last name
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, LabelFormatter = value => Math.Pow(10, value).ToString("N0", CultureInfo.InvariantCulture) };
        plot.XLabel("sentences a second (each step ten times as fast)", 13);
        plot.YLabel(figure.Title, 13);
        return sheet.ToPng();
    }

    private static double X(TradeOff one) => Math.Log10(Math.Max(one.Speed, 1));
}
