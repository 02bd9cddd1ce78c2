using RctOnnx.Bench.Compare;
using RctOnnx.Bench.Figures;
using RctOnnx.Bench.Machine;
using RctOnnx.Bench.Peers;
using RctOnnx.Bench.Reports;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;

namespace RctOnnx.Bench.Candidates;

/// <summary>The measurement from files to report.</summary>
internal static class CandidatesRun
{
    private const string PeerGraph = "minilm-l6-fused-dynamic-int8.onnx";

    public static BenchReport Run(string reference, IReadOnlyList<string> models, string test, int count, int rounds, string? picture, CancellationToken token)
    {
        IdleCheck idle = new();
        string[] paths = [reference, .. models];
        ModelArtifact[] artifacts = [.. paths.Select(path => ModelFile.Read(path).RequireArtifact())];
        EncoderConfig shape = artifacts[0].Encoder;
        if (artifacts[0].Document is not null || (shape.LayerCount, shape.HiddenWidth, artifacts[0].Labels.Count) != (6, 384, 5))
            throw new SettingsException($"The reference '{reference}' has {shape.LayerCount} layers of width {shape.HiddenWidth}, {artifacts[0].Labels.Count} labels{(artifacts[0].Document is null ? "" : ", and reads documents")}; the peer's graph has 6 of 384, 5 labels, and reads single texts. Give such a model.");
        for (int i = 1; i < paths.Length; i++)
            if (!artifacts[i].Labels.SequenceEqual(artifacts[0].Labels))
                throw new SettingsException($"'{paths[i]}' answers {string.Join(", ", artifacts[i].Labels)}, the reference {string.Join(", ", artifacts[0].Labels)}. Compare models of the same labels.");
        IReadOnlyList<TextRow>[] documents = [.. TextDocuments.Of(TextDataset.Read(test))];
        if (artifacts.Any(artifact => artifact.Document is not null) && documents.All(rows => rows.Count == 1))
            throw new SettingsException($"'{test}' says of no two sentences that they belong to one document, which models of documents need. Give RCT text, or leave these models out.");
        string[] texts = [.. documents.SelectMany(rows => rows).Select(row => row.Text).Distinct().Take(count)];
        ClassificationMetrics[] metrics = ConsoleProgress.Run("Accuracy", paths.Length, "models", progress => paths.Select(path =>
        {
            token.ThrowIfCancellationRequested();
            ClassificationMetrics one = Metrics(path, documents, token);
            progress.Advance(1);
            return one;
        }).ToArray());

        using PeerFiles files = new(artifacts[0], texts);
        List<IContestant> contestants = [];
        try
        {
            Console.Error.WriteLine("Choosing the best setting of onnxruntime-node.");
            (NodeContestant peer, IReadOnlyList<SettingResult> tried) = NodeContestant.ChooseBest(files.Graph(BenchmarkFolders.Peers(PeerGraph), WithPooler(artifacts[0])), files, artifacts[0].MaxLength, Precision.Int8, texts.Length / 2);
            contestants.Add(peer);
            foreach ((string path, ModelArtifact artifact) in paths.Zip(artifacts)) contestants.Add(Contestant(path, artifact, texts, documents));
            foreach (IContestant contestant in contestants.Skip(1)) contestant.Run(texts.Length); // warms
            List<Pass>[] passes = ConsoleProgress.Run("Rates", contestants.Count * rounds, "passes", progress => Interleaved.Run(contestants, rounds, texts.Length, _ =>
            {
                token.ThrowIfCancellationRequested();
                progress.Advance(1);
            }));
            Candidate[] candidates = [.. paths.Select((path, i) => Measured(path, artifacts[i], metrics[i], passes[i + 1], passes[0]))];
            if (picture is not null) CandidatesReport.Draw(picture, candidates, Path.GetFileNameWithoutExtension(test));
            return new BenchReport("Speed against accuracy", [.. MachineInfo.Lines([.. NodePackages.Versions]), idle.Describe()],
                CandidatesReport.Notes(test, documents.Sum(rows => rows.Count), texts.Length, rounds),
                [CandidatesReport.Table(candidates, peer, passes[0]), CandidatesReport.Choices(candidates), CompareReport.Tried(tried)])
            { Picture = picture };
        }
        finally
        {
            foreach (IContestant contestant in contestants) contestant.Dispose();
        }
    }

    private static ClassificationMetrics Metrics(string path, IReadOnlyList<TextRow>[] documents, CancellationToken token)
    {
        using TextClassifier classifier = TextClassifier.Load(path);
        LabelSet labels = new(classifier.Labels);
        TextRow[] rows = [.. documents.SelectMany(document => document)];
        IEnumerable<Classification> answers = classifier.ReadsDocuments
            ? classifier.ClassifyDocuments([.. documents.Select(document => (IReadOnlyList<string>)[.. document.Select(row => row.Text)])], token).SelectMany(answer => answer.Sentences)
            : classifier.Classify([.. rows.Select(row => row.Text)], token);
        Dictionary<string, int> indices = classifier.Labels.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        return ClassificationMetrics.Compute([.. rows.Select(labels.IndexOf)], [.. answers.Select(answer => indices[answer.Label])], classifier.Labels.Count);
    }

    private static IContestant Contestant(string path, ModelArtifact artifact, string[] texts, IReadOnlyList<TextRow>[] documents)
    {
        Precision precision = artifact.Inputs.Count > 0 ? Precision.Int8 : Precision.Fp32;
        return artifact.Document is null
            ? new OwnContestant(path, artifact, texts, precision)
            : new DocumentContestant(path, [.. documents.Select(document => (IReadOnlyList<string>)[.. document.Select(row => row.Text)])], precision);
    }

    // The peer's graph has a pooler. Its answers are not compared and its time does not depend on the values, so a reference that reads
    // [CLS] directly gets one that changes little.
    private static ModelArtifact WithPooler(ModelArtifact artifact)
    {
        if (artifact.Weights.ContainsKey(TensorNames.Weight(TensorNames.Pooler))) return artifact;
        int width = artifact.Encoder.HiddenWidth;
        float[] identity = new float[width * width];
        for (int i = 0; i < width; i++) identity[i * width + i] = 1;
        return artifact with
        {
            Weights = new Dictionary<string, TensorData>(artifact.Weights)
            {
                [TensorNames.Weight(TensorNames.Pooler)] = TensorData.FromFloats(identity, width, width),
                [TensorNames.Bias(TensorNames.Pooler)] = TensorData.FromFloats(new float[width], width),
            },
        };
    }

    private static Candidate Measured(string path, ModelArtifact artifact, ClassificationMetrics metrics, List<Pass> own, List<Pass> peer) => new(
        Path.GetFileName(path), $"{artifact.Encoder.LayerCount} × {artifact.Encoder.HiddenWidth}, {(artifact.Inputs.Count > 0 ? "int8" : "fp32")}", artifact.Document is not null,
        new FileInfo(path).Length / 1e6, metrics.Accuracy, metrics.Macro.F1,
        Samples.Median(own.Select(pass => pass.WholeRate)), Samples.Median(own.Select(pass => pass.EngineRate)),
        Samples.Median(own.Zip(peer, (one, other) => one.WholeRate / other.WholeRate)), Samples.Median(own.Zip(peer, (one, other) => one.EngineRate / other.EngineRate)));
}
