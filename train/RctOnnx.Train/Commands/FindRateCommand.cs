using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Onnx;
using RctOnnx.Train.RateFinding;
using RctOnnx.Train.Reports.Pictures;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>find-rate</c>: a learning rate from a short run at rising rates.</summary>
internal static class FindRateCommand
{
    private const string PictureFile = "rates.png", TableFile = "rates.tsv";

    private sealed record Result(string Output, double? Steepest, double TenthOfLowest, IReadOnlyList<RatePoint> Points);

    public static Command Create()
    {
        SettingOptions settings = new();
        Option<double> lowest = new("--lowest") { Description = "First learning rate. Default: 1e-6.", DefaultValueFactory = _ => 1e-6 };
        Option<double> highest = new("--highest") { Description = "Last learning rate. Default: 1e-1.", DefaultValueFactory = _ => 1e-1 };
        Option<int> steps = new("--range-steps") { Description = "Steps from the first to the last rate. Default: 100.", DefaultValueFactory = _ => 100 };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Command command = new("find-rate", $"""
            Trains with the settings of 'train' for some steps, each at a higher learning rate, until the loss is four times its lowest,
            and throws the weights away. Suggests the rate at which the loss falls most steeply and, more careful, a tenth of the rate at
            which it is lowest. The folder gets {PictureFile} (look at it: a noisy curve suggests noise) and {TableFile}.

            Example:
              rctonnx-train find-rate --base all-MiniLM-L6-v2 --train train.txt --output rates

            Exit codes: 0 done, 2 settings, 3 data, 4 base, 5 device, 6 output, 130 stopped.
            """)
        { lowest, highest, steps, json };
        foreach (Option option in settings.Options) command.Options.Add(option);
        command.SetWork((parsed, token) =>
        {
            TrainSettings all = SettingsJson.Parse(settings.Values(parsed, resume: false));
            RateRange range = new(parsed.GetValue(lowest), parsed.GetValue(highest), parsed.GetValue(steps));
            IReadOnlyList<RatePoint> points = RateFinder.Search(all, range, Console.Error.WriteLine, token);
            double? steepest = RateRange.Steepest(points);
            double careful = RateRange.TenthOfLowest(points);
            AtomicFile.WriteText(Path.Combine(all.Output, TableFile), "rate\tloss\tsmoothed\n"
                + string.Concat(points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Rate:R}\t{point.Loss:R}\t{point.Smoothed:R}\n"))));
            byte[] picture = RatePicture.Draw(points, steepest);
            AtomicFile.Write(Path.Combine(all.Output, PictureFile), stream => stream.Write(picture));
            string fall = steepest is { } rate ? rate.ToString("0.0e+0", CultureInfo.InvariantCulture) : "nowhere: the loss did not fall; try more --range-steps or a wider range";
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"The loss falls most steeply at {fall}; a tenth of the rate where it is lowest is {careful:0.0e+0}. Curve: '{Path.Combine(all.Output, PictureFile)}'."));
            if (parsed.GetValue(json)) JsonResult.Write(new Result(all.Output, steepest, careful, points));
            return ExitCodes.Success;
        });
        return command;
    }
}
