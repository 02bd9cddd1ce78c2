using System.Text.Json.Nodes;
using RctOnnx.Onnx;

namespace RctOnnx.Runtime.Quantization;

/// <summary>
/// From an fp32 model file to an int8 one: scales by three methods, the one whose logits are nearest to the fp32 model's on the
/// dev texts; where the figure then drops too far, the inputs that hurt most go back to fp32, one after the other.
/// </summary>
public sealed class QuantizationSearch
{
    private const double KeptShare = 0.9999;
    private const int ChunkAnswers = 512, ChunkCharacters = 1 << 17; // enough for batches of equal length, few enough for a report every second or so
    private const int CalibrationCost = 4; // of a text that is read alone and whose values are counted, in texts that are answered

    private readonly ModelArtifact _source;
    private readonly QuantizationOptions _options;
    private readonly Action<QuantizationProgress> _report;
    private readonly string _folder;
    private readonly IReadOnlyList<IReadOnlyList<string>> _texts;
    private readonly DevAnswers _expected;
    private readonly CancellationToken _token;
    private readonly int _count; // of answers
    private long _done, _planned; // in answers

    private QuantizationSearch(string model, QuantizationOptions options, string folder, Action<QuantizationProgress> report, CancellationToken token)
    {
        if (options.Calibration.Count == 0) throw new DataException("There is no text to calibrate with. Give a file with texts of the task.");
        (_options, _folder, _report, _token) = (options, folder, report, token);
        _source = ModelFile.Read(model).RequireArtifact();
        if (_source.Inputs.Count > 0) throw new ModelFileException($"'{model}' is quantized already. Start from the file with fp32 weights.");
        _texts = options.Dev ?? options.Calibration;
        AnsweringModels.Check(_source, options.Calibration.Concat(_texts));
        _count = _texts.Sum(AnswersOf);
        int calibrated = options.Calibration.Sum(AnswersOf) * (_source.PairEncoding is null ? 1 : 2); // two encoders read a text each
        _planned = (1L + Enum.GetValues<QuantizationMethod>().Length) * _count + 2L * CalibrationCost * calibrated;
        _expected = Answers(model, "answers of the fp32 model");
    }

    /// <summary>Finds the int8 form of a model. Candidates are written to <paramref name="folder"/>, which must exist.</summary>
    /// <param name="model">A model file of this product in fp32.</param>
    /// <param name="options">Texts and limits.</param>
    /// <param name="folder">For passing files.</param>
    /// <param name="report">Told what is being done and how far it is.</param>
    /// <param name="token">Ends the work between two batches of texts.</param>
    /// <exception cref="GateException">The figure drops by more than allowed even with every input in fp32.</exception>
    public static QuantizationResult Run(string model, QuantizationOptions options, string folder, Action<QuantizationProgress> report, CancellationToken token) =>
        new QuantizationSearch(model, options, folder, report, token).Run();

    private QuantizationResult Run()
    {
        IReadOnlyDictionary<string, ActivationHistogram> seen =
            InputCalibration.Observe(_source, _options, (step, texts) => Report(step, texts, CalibrationCost), _token);
        double? before = Figure(_expected);
        if (before is double.NegativeInfinity)
            throw new DataException($"The {_options.Figure!.Name} of the fp32 model on the {_expected.Count} dev texts is not defined: their labels or its answers are all the same. Give dev rows of several labels.");
        Dictionary<QuantizationMethod, double> errors = [];
        (QuantizationMethod best, Candidate? candidate) = (default, null);
        foreach (QuantizationMethod method in Enum.GetValues<QuantizationMethod>())
        {
            Candidate tried = Try(seen.ToDictionary(pair => pair.Key, pair => Scale(pair.Value, method)), $"method {method}");
            errors[method] = tried.Error;
            if (candidate is null || tried.Error < candidate.Error) (best, candidate) = (method, tried); // answers to masks and questions are large: two sets at a time
        }
        double? after = Figure(candidate!.Answers);
        List<string> fp32 = [];
        if (before - after > _options.MaxDrop / 100) (candidate, after) = Relax(candidate, before!.Value, fp32);
        ModelArtifact artifact = candidate.Artifact with { Probes = Probes(candidate.Artifact) };
        double agreement = candidate.Answers.AgreementWith(_expected);
        artifact = artifact with { Training = Record(best, fp32, agreement, before, after) };
        return new QuantizationResult(artifact, best, errors, fp32, _expected.Count, agreement, before, after);
    }

    // How much each input hurts is measured once, alone; then the worst go until the drop is small enough.
    private (Candidate, double?) Relax(Candidate candidate, double before, List<string> fp32)
    {
        IReadOnlyDictionary<string, InputQuantization> all = candidate.Artifact.Inputs;
        _planned += (long)all.Count * _count;
        string[] worstFirst = [.. all.Keys.Select(point => (Point: point, Try(Without([point]), $"without {point}").Error))
            .OrderBy(pair => pair.Error).Select(pair => pair.Point)];
        double? after = null;
        foreach (string point in worstFirst)
        {
            fp32.Add(point);
            _planned += _count;
            candidate = Try(Without(fp32), $"{fp32.Count} of {all.Count} inputs in fp32");
            after = Figure(candidate.Answers);
            if (before - after <= _options.MaxDrop / 100) return (candidate, after);
        }
        throw new GateException(FormattableString.Invariant($"Int8 drops the {_options.Figure!.Name} on the {_expected.Count} dev texts from {before:F4} to {after:F4}, allowed are {_options.MaxDrop} hundredths; computing all layers in fp32 does not help. Nothing was written. Try weights of 8 bits, or allow more."));

        Dictionary<string, InputQuantization> Without(IReadOnlyCollection<string> points) =>
            all.Where(pair => !points.Contains(pair.Key)).ToDictionary();
    }

    private Candidate Try(Dictionary<string, InputQuantization> inputs, string name)
    {
        _token.ThrowIfCancellationRequested();
        Report(name, 0);
        ModelArtifact artifact = ModelQuantizer.Quantize(_source, inputs, _options.WeightLimit);
        ModelFile.Write(CandidatePath, artifact);
        DevAnswers answers = Answers(CandidatePath, name);
        double error = answers.SquaredDistance(_expected);
        return new Candidate(artifact, answers, error);
    }

    private IReadOnlyList<Probe> Probes(ModelArtifact artifact)
    {
        ModelFile.Write(CandidatePath, artifact);
        return ProbeCheck.Answered(_source.Probes, CandidatePath, _source.ProblemType);
    }

    private JsonObject Record(QuantizationMethod method, List<string> fp32, double agreement, double? before, double? after)
    {
        JsonObject training = _source.Training?.DeepClone().AsObject() ?? [];
        training["quantization"] = new JsonObject
        {
            ["method"] = method.ToString(),
            ["calibration_texts"] = _options.Calibration.Count,
            ["weight_limit"] = _options.WeightLimit,
            ["fp32_inputs"] = new JsonArray([.. fp32.Select(point => JsonValue.Create(point))]),
            ["dev_texts"] = _expected.Count,
            ["dev_agreement"] = agreement,
            ["dev_figure"] = _options.Figure?.Name,
            ["dev_fp32"] = before,
            ["dev_int8"] = after,
        };
        return training;
    }

    private string CandidatePath => Path.Combine(_folder, "candidate.onnx");

    private void Report(string step, int texts, int cost = 1)
    {
        _done += (long)texts * cost;
        _report(new QuantizationProgress(step, texts, (double)_done / Math.Max(_planned, 1)));
    }

    private int AnswersOf(IReadOnlyList<string> text) => AnsweringModels.AnswersOf(_source, text);

    private DevAnswers Answers(string path, string step)
    {
        Report(step, 0);
        using IAnsweringModel model = AnsweringModels.Open(path, _source, _options);
        List<DevAnswers> parts = [];
        for (int first = 0, end; first < _texts.Count; first = end)
        {
            int answers = 0, characters = 0;
            for (end = first; end == first || (end < _texts.Count && answers + AnswersOf(_texts[end]) <= ChunkAnswers && characters < ChunkCharacters); end++)
            {
                answers += AnswersOf(_texts[end]);
                characters += _texts[end].Sum(text => text.Length);
            }
            parts.Add(AnsweringModels.Named([.. _texts.Skip(first).Take(end - first)], some => model.Answer(some, _token)));
            Report(step, answers);
        }
        return DevAnswers.Joined(parts);
    }

    // A figure that candidates make meaningless, such as a correlation of equal values, is as bad as can be.
    private double? Figure(DevAnswers answers) => _options.Figure?.Value(answers) is { } value ? double.IsNaN(value) ? double.NegativeInfinity : value : null;

    private static InputQuantization Scale(ActivationHistogram seen, QuantizationMethod method) => method switch
    {
        QuantizationMethod.MinMax => seen.MinMax(),
        QuantizationMethod.Percentile => seen.Percentile(KeptShare),
        _ => seen.LeastSquares(),
    };

    private sealed record Candidate(ModelArtifact Artifact, DevAnswers Answers, double Error);
}
