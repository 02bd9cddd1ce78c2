using System.Globalization;
using RctOnnx.Data.Metrics;
using ScottPlot;
using ScottPlot.Colormaps;
using ScottPlot.Plottables;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>The confusion matrix of every set: rows are the true label, colours the share of the row.</summary>
internal static class ConfusionPicture
{
    private const int SmallestWidth = 800, LargestWidth = 4000, SmallestCell = 16, LargestCell = 90, TitleHeight = 50, Margin = 20;
    private const int MostNumbers = 12, MostLabels = 200;
    private const float LabelSize = 13, DenseLabelSize = 11;

    /// <summary>The picture as PNG.</summary>
    public static byte[] Draw(RunReportData data, PictureLabels labels)
    {
        int count = labels.Texts.Count;
        int longest = (int)ReportFont.Widest(labels.Family, labels.Texts, LabelSize) + Margin;
        int width = Math.Clamp(longest + count * SmallestCell + Margin, SmallestWidth, LargestWidth);
        int cellWidth = (width - longest - Margin) / count, cell = Math.Clamp(cellWidth, 1, LargestCell);
        bool isUpright = longest <= cellWidth;
        int bottom = isUpright ? 2 * Margin : longest;
        using PictureSheet sheet = new(width);
        foreach (SetComparison set in data.Sets)
        {
            Plot plot = sheet.Add($"{set.Name}: true label (rows) and answer (columns)", TitleHeight + count * cell + bottom + Margin, labels.Family);
            Fill(plot, set.Trained, withShares: cell >= 60);
            NameAxes(plot, labels.Texts, isUpright, cell < 20 ? DenseLabelSize : LabelSize);
            plot.Axes.Left.MinimumSize = plot.Axes.Left.MaximumSize = longest;
            plot.Axes.Bottom.MinimumSize = plot.Axes.Bottom.MaximumSize = bottom;
        }
        return sheet.ToPng();
    }

    private static void Fill(Plot plot, ClassificationMetrics metrics, bool withShares)
    {
        int count = metrics.PerClass.Count;
        double[,] shares = new double[count, count];
        for (int row = 0; row < count; row++)
            for (int column = 0; column < count; column++)
                shares[row, column] = metrics.PerClass[row].Support == 0 ? 0 : (double)metrics.ConfusionMatrix[row][column] / metrics.PerClass[row].Support;
        Heatmap map = plot.Add.Heatmap(shares);
        map.Colormap = new CustomInterpolated([Colors.White, PictureSheet.After.WithLightness(0.75f), PictureSheet.After]);
        map.ManualRange = new ScottPlot.Range(0, 1);
        map.Extent = new CoordinateRect(0.5, count - 0.5, -count + 0.5, -0.5); // of the centres of the cells
        plot.HideGrid();
        plot.Axes.SetLimits(0, count, -count, 0);
        if (count > MostNumbers) return;
        for (int row = 0; row < count; row++)
            for (int column = 0; column < count; column++)
            {
                string number = metrics.ConfusionMatrix[row][column].ToString("N0", CultureInfo.InvariantCulture);
                Text text = plot.Add.Text(withShares ? $"{number}\n{shares[row, column].ToString("P0", CultureInfo.InvariantCulture)}" : number, column + 0.5, -row - 0.5);
                text.LabelAlignment = Alignment.MiddleCenter;
                text.LabelFontName = ReportFont.Family;
                text.LabelFontSize = LabelSize;
                text.LabelFontColor = shares[row, column] > 0.6 ? Colors.White : PictureSheet.Ink;
            }
    }

    private static void NameAxes(Plot plot, IReadOnlyList<string> labels, bool isUpright, float size)
    {
        // Beyond that many labels there is no place for all; every n-th is named.
        int step = (labels.Count + MostLabels - 1) / MostLabels;
        int[] named = [.. Enumerable.Range(0, labels.Count).Where(i => i % step == 0)];
        string[] names = [.. named.Select(i => labels[i])];
        plot.Axes.Left.SetTicks([.. named.Select(i => -i - 0.5)], names);
        plot.Axes.Bottom.SetTicks([.. named.Select(i => i + 0.5)], names);
        plot.Axes.Left.MajorTickStyle.Length = plot.Axes.Bottom.MajorTickStyle.Length = 0;
        plot.Axes.Left.TickLabelStyle.FontSize = plot.Axes.Bottom.TickLabelStyle.FontSize = size;
        if (isUpright) return;
        plot.Axes.Bottom.TickLabelStyle.Rotation = -90;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.MiddleRight;
    }
}
