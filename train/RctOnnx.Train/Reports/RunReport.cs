using RctOnnx.Onnx;
using RctOnnx.Train.Reports.Pictures;

namespace RctOnnx.Train.Reports;

/// <summary>The pictures and the page that tell people how a run went.</summary>
public static class RunReport
{
    /// <summary>Untrained against trained.</summary>
    public const string ComparisonFile = "comparison.png";

    /// <summary>The course of training.</summary>
    public const string CurvesFile = "curves.png";

    /// <summary>What was taken for what.</summary>
    public const string ConfusionFile = "confusion.png";

    /// <summary>Share of right answers against probability.</summary>
    public const string ReliabilityFile = "reliability.png";

    /// <summary>Every wrong answer on dev and test.</summary>
    public const string MistakesFile = "mistakes.tsv";

    /// <summary>What a user of the exported file should know of it.</summary>
    public const string CardFile = "model-card.md";

    /// <summary>The page; it holds the pictures and needs neither a network nor scripts.</summary>
    public const string PageFile = "report.html";

    /// <summary>
    /// Writes <see cref="PageFile"/> and the pictures there is data for: <see cref="ComparisonFile"/> with sets,
    /// <see cref="CurvesFile"/> with a curve, <see cref="ConfusionFile"/> with sets of a classifier, <see cref="ReliabilityFile"/> and
    /// <see cref="MistakesFile"/> with sets of one label a text, and <see cref="CardFile"/> with an exported file. The same data on the same
    /// machine gives the same bytes.
    /// </summary>
    /// <param name="folder">Made where it is missing; older files of these names are replaced.</param>
    /// <param name="data">What there is to tell.</param>
    /// <returns>The files that were written, the page last.</returns>
    /// <exception cref="ArgumentException">Parts of the data do not fit one another; all faults are named.</exception>
    /// <exception cref="OutputException">A file cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, RunReportData data)
    {
        data.Validate();
        PictureLabels labels = PictureLabels.Of(data.Labels);
        List<ReportPicture> pictures = [];
        if (data.Sets.Count + data.RegressionSets.Count > 0)
            pictures.Add(new ReportPicture(ComparisonFile, "Untrained against trained", ComparisonPicture.Draw(data, labels)));
        if (data.Curve.Count > 0) pictures.Add(new ReportPicture(CurvesFile, "The course of training", CurvesPicture.Draw(data)));
        if (data.Sets.Count > 0) pictures.Add(new ReportPicture(ConfusionFile, "What was taken for what", ConfusionPicture.Draw(data, labels)));
        if (data.Details.Count > 0) pictures.Add(new ReportPicture(ReliabilityFile, "How far probabilities can be trusted", ReliabilityPicture.Draw(data.Details, data.Temperature)));
        string page = ReportPage.Of(data, pictures);

        List<string> written = [];
        foreach (ReportPicture picture in pictures)
        {
            written.Add(Path.Combine(folder, picture.FileName));
            AtomicFile.Write(written[^1], stream => stream.Write(picture.Png));
        }
        if (data.Details.Count > 0) Text(MistakesFile, MistakeTable.Of(data.Details.Select(set => (set.Name, set.Analysis.Mistakes)), data.Labels));
        if (data.ModelSha256 is { } hash) Text(CardFile, ModelCard.Of(data, hash));
        Text(PageFile, page);
        return written;

        void Text(string name, string text)
        {
            written.Add(Path.Combine(folder, name));
            AtomicFile.WriteText(written[^1], text);
        }
    }
}
