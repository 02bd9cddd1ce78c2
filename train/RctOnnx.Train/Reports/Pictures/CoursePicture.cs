using RctOnnx.Train.Comparison;
using ScottPlot;
using ScottPlot.Plottables;

namespace RctOnnx.Train.Reports.Pictures;

/// <summary>Dev accuracy over the epochs, a line a variant.</summary>
internal static class CoursePicture
{
    private const int Width = 900, Height = 480;

    /// <summary>The picture as PNG.</summary>
    /// <param name="courses">Name and evaluations of each variant; at least one evaluation in all.</param>
    public static byte[] Draw(IReadOnlyList<(string Name, IReadOnlyList<CoursePoint> Points)> courses)
    {
        using PictureSheet sheet = new(Width);
        PictureLabels names = PictureLabels.Of([.. courses.Select(course => course.Name)]);
        Plot plot = sheet.Add("Dev accuracy in the course of training", Height + 20 * courses.Count, names.Family);
        IPalette colors = new ScottPlot.Palettes.Category10();
        for (int i = 0; i < courses.Count; i++)
        {
            Scatter line = plot.Add.Scatter(courses[i].Points.Select(point => point.Epoch).ToArray(), courses[i].Points.Select(point => 100 * point.Accuracy).ToArray(), colors.GetColor(i));
            line.LineWidth = 2;
            line.MarkerSize = 6;
            line.LegendText = names.Texts[i];
        }
        plot.XLabel("epochs", 13);
        plot.YLabel("accuracy, %", 13);
        plot.ShowLegend(Edge.Bottom).Legend.Orientation = Orientation.Vertical;
        plot.Legend.OutlineWidth = 0;
        plot.Legend.ShadowColor = Colors.Transparent;
        plot.Legend.FontName = names.Family;
        return sheet.ToPng();
    }
}
