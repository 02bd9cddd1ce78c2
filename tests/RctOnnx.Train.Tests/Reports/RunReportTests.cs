using System.Net;
using System.Text.RegularExpressions;
using System.Xml;
using RctOnnx.Testing;
using RctOnnx.Train.Reports;
using SkiaSharp;
using Xunit;

namespace RctOnnx.Train.Tests.Reports;

public partial class RunReportTests
{
    private static readonly string[] OddLabels =
    [
        "<script>alert('x')</script>", "a & b \"quoted\"", "Überraschung Größe", "中文标签", "ملخص", "😀",
        "a label whose name goes on and on far beyond every margin, first", "a label whose name goes on and on far beyond every margin, last", "line\nbreak\u0001",
    ];

    [Fact]
    public void Write_classifier_leaves_page_and_three_pictures()
    {
        using TemporaryFolder folder = new();
        string target = Path.Combine(folder.Path, "new", "folder");
        IReadOnlyList<string> files = RunReport.Write(target, SampleReports.Classification(["BACKGROUND", "OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS"]));
        Assert.Equal(["comparison.png", "curves.png", "confusion.png", "report.html"], files.Select(file => Path.GetFileName(file)));
        Assert.Equal(files.Order(), Directory.GetFiles(target).Order());
        foreach (string file in files.Take(3)) AssertPicture(file);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(40)]
    [InlineData(90)]
    public void Write_any_number_of_labels_draws_them(int labelCount)
    {
        using TemporaryFolder folder = new();
        foreach (string file in RunReport.Write(folder.Path, SampleReports.Classification(SampleReports.Labels(labelCount), stepCount: 3)).SkipLast(1)) AssertPicture(file);
        Assert.Contains($"specialty number {labelCount - 1}", File.ReadAllText(folder.File("report.html")));
    }

    [Fact]
    public void Write_odd_labels_are_escaped_and_the_page_is_well_formed_without_scripts_or_addresses()
    {
        using TemporaryFolder folder = new();
        RunReport.Write(folder.Path, SampleReports.Classification(OddLabels));
        string page = File.ReadAllText(folder.File("report.html"));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", WithoutPictures(page), StringComparison.Ordinal);
        string text = WebUtility.HtmlDecode(WithoutPictures(page));
        foreach (string label in OddLabels.SkipLast(1)) Assert.Contains(label, text, StringComparison.Ordinal);
        AssertWellFormed(page);
    }

    [Fact]
    public void Write_page_holds_the_pictures_themselves()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<string> files = RunReport.Write(folder.Path, SampleReports.Classification(["a", "b"]));
        string page = File.ReadAllText(files[^1]);
        Assert.All(files.SkipLast(1), file => Assert.Contains(Convert.ToBase64String(File.ReadAllBytes(file)), page, StringComparison.Ordinal));
    }

    [Fact]
    public void Write_page_tells_figures_settings_data_and_versions()
    {
        using TemporaryFolder folder = new();
        RunReportData data = SampleReports.Classification(["a", "b"]);
        RunReport.Write(folder.Path, data);
        string text = WebUtility.HtmlDecode(WithoutPictures(File.ReadAllText(folder.File("report.html"))));
        string culture = data.Sets[1].Trained.Accuracy.ToString("P2", System.Globalization.CultureInfo.InvariantCulture);
        foreach (string expected in (string[])[culture, "test <1> & 'two'", "5E-05", "21,400", new string('a', 64), "373 s", "1.2.3", "1.2E-06"])
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_same_data_gives_the_same_bytes()
    {
        using TemporaryFolder one = new(), other = new();
        IReadOnlyList<string> first = RunReport.Write(one.Path, SampleReports.Classification(OddLabels)), second = RunReport.Write(other.Path, SampleReports.Classification(OddLabels));
        Assert.All(first.Zip(second), pair => Assert.Equal(File.ReadAllBytes(pair.First), File.ReadAllBytes(pair.Second)));
    }

    [Fact]
    public void Write_regression_has_no_confusion_and_shows_undefined_figures_as_a_dash()
    {
        using TemporaryFolder folder = new();
        IReadOnlyList<string> files = RunReport.Write(folder.Path, SampleReports.Regression());
        Assert.Equal(["comparison.png", "report.html"], files.Select(file => Path.GetFileName(file)));
        AssertPicture(files[0]);
        string text = WebUtility.HtmlDecode(WithoutPictures(File.ReadAllText(files[1])));
        Assert.Contains("0.91", text);
        Assert.Contains("–", text);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_parts_that_do_not_fit_are_all_named_and_nothing_is_written()
    {
        using TemporaryFolder folder = new();
        RunReportData data = SampleReports.Classification(["a", "b"]) with { Labels = ["a", "b", "c"] };
        string message = Assert.Throws<ArgumentException>(() => RunReport.Write(folder.Path, data)).Message;
        Assert.Contains("'dev' has figures of 2 classes for 3 labels", message);
        Assert.Contains("before training", message);
        Assert.Throws<ArgumentException>(() => RunReport.Write(folder.Path, new RunReportData { Title = "empty" }));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_folder_that_is_a_file_is_refused()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("taken"), "");
        Assert.Throws<OutputException>(() => RunReport.Write(folder.File("taken"), SampleReports.Regression()));
    }

    private static void AssertPicture(string path)
    {
        using SKBitmap picture = SKBitmap.Decode(path);
        Assert.NotNull(picture);
        Assert.True(picture.Width >= 800 && picture.Height >= 200);
        Assert.True(picture.Pixels.Distinct().Take(20).Count() == 20, "a picture of a plot has more than 20 colours");
    }

    // XML has what HTML leaves open: void elements and the document type.
    private static void AssertWellFormed(string page)
    {
        string body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)];
        body = Images().Replace(body, "");
        new XmlDocument().LoadXml(body);
    }

    private static string WithoutPictures(string page) => Images().Replace(page, "");

    [GeneratedRegex("<img [^>]*>")]
    private static partial Regex Images();
}
