using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using RctOnnx.Onnx;
using RctOnnx.Train.Export;
using RctOnnx.Weights.HuggingFace;
using TorchSharp;

namespace RctOnnx.Train.Doctor;

/// <summary>The native libraries: whether they load, what they offer, and whether a tiny model goes the whole way.</summary>
internal static class LibraryFindings
{
    private const string TorchRemedy = "Build and run the program for this system: libtorch comes with the packages libtorch-cpu-linux-x64, -win-x64, -osx-arm64 (64-bit glibc Linux, Windows, Apple processors). Where libgomp or libstdc++ is named, install the system's package of it.";
    private const string OnnxRemedy = "Build and run the program for this system: the package Microsoft.ML.OnnxRuntime has it for 64-bit glibc Linux, Windows and macOS.";

    /// <summary>All of them, the libraries first.</summary>
    public static IEnumerable<Finding> All()
    {
        Finding torch = Finding.Try("TorchSharp", TorchRemedy, TorchVersion);
        yield return torch;
        if (torch.State == FindingState.Ok)
        {
            yield return Finding.Try("device cpu", TorchRemedy, () => Train("cpu"));
            yield return Device("cuda", IsThere("cuda"), "It needs an NVIDIA card with its driver and a build with -p:UseCuda=true. Training runs on the CPU.");
            yield return Device("mps", IsThere("mps"), "It needs an Apple processor. Training runs on the CPU.");
        }
        Finding onnx = Finding.Try("ONNX Runtime", OnnxRemedy, OnnxVersion);
        yield return onnx;
        if (torch.State == FindingState.Ok && onnx.State == FindingState.Ok)
            yield return Finding.Try("export with proof", "Report this: libraries that load should agree.", Export);
    }

    private static Finding Device(string name, bool isThere, string remedy) => isThere
        ? Finding.Try("device " + name, $"The driver offers {name}, but it does not compute. Update the driver, or take --device cpu.", () => Train(name), FindingState.Note)
        : new Finding("device " + name, FindingState.Ok, "not there", remedy);

    // Methods that name TorchSharp's types are not inlined, so that a library that does not load fails inside of a trial.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string TorchVersion()
    {
        using torch.Tensor one = torch.ones(1); // loads the native half
        return $"{PackageVersion("TorchSharp/")}, {PackageVersion("libtorch-")}, {torch.get_num_threads()} threads";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsThere(string device) => device == "cuda" ? torch.cuda_is_available() : torch.mps_is_available();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Train(string device)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor weight = torch.full(8, 8, 0.5f, device: torch.device(device), requires_grad: true);
        torch.ones(4, 8, device: torch.device(device)).matmul(weight).sum().backward();
        float gradient = weight.grad!.sum().cpu().item<float>();
        return gradient == 256 ? "computes, with gradients" : throw new GateException($"The gradient of a matrix product is {gradient}, expected 256.");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string OnnxVersion()
    {
        OrtEnv environment = OrtEnv.Instance();
        return $"{environment.GetVersionString()}; providers {string.Join(", ", environment.GetAvailableProviders())}";
    }

    private static string Export()
    {
        string folder = Directory.CreateTempSubdirectory("rctonnx-doctor-").FullName;
        try
        {
            Proof proof = ModelExport.Write(Path.Combine(folder, "model.onnx"), TinyModel()).Proof!;
            return string.Create(CultureInfo.InvariantCulture, $"a tiny model agrees to {proof.LargestDifference:E1}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ModelArtifact TinyModel()
    {
        string[] vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", "of", "##s"], labels = ["no", "yes"];
        EncoderConfig encoder = new()
        {
            Architecture = Architecture.Bert,
            VocabularySize = vocabulary.Length,
            EmbeddingWidth = 16,
            HiddenWidth = 16,
            LayerCount = 1,
            HeadCount = 2,
            IntermediateWidth = 32,
            PositionCount = 32,
        };
        HeadConfig head = new() { Kind = HeadKind.Linear, Pooling = Pooling.Pooler };
        return new ModelArtifact
        {
            Encoder = encoder,
            Head = head,
            ProblemType = ProblemType.SingleLabel,
            Labels = labels,
            MaxLength = 32,
            Tokenizer = new TokenizerSettings { LowerCase = true },
            Vocabulary = vocabulary,
            Weights = HeadInitializer.Complete(encoder, head, labels.Length, new Dictionary<string, TensorData>(), seed: 1),
        };
    }

    // The list of packages that the build left beside the program; libtorch itself does not say its version through TorchSharp.
    private static string PackageVersion(string prefix)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "rctonnx-train.deps.json");
        if (!File.Exists(path)) return $"{prefix}* of a version that is not recorded";
        using JsonDocument list = JsonDocument.Parse(File.ReadAllBytes(path));
        return list.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).FirstOrDefault(name => name.StartsWith(prefix, StringComparison.Ordinal))
            ?? $"{prefix}* is not among the packages of this build";
    }
}
