using System.CommandLine;
using System.Globalization;
using RctOnnx.Cli.Loading;
using RctOnnx.Cli.Providers;
using RctOnnx.CommandLine;
using RctOnnx.Runtime;

namespace RctOnnx.Cli.FillMask;

/// <summary>The verb <c>fill-mask</c>: texts with masks in, the likeliest pieces out.</summary>
internal static class FillMaskCommand
{
    private sealed record Mask(int Start, IReadOnlyList<PieceScore> Pieces);

    private sealed record Line(string Text, IReadOnlyList<Mask> Masks);

    public static Command Create()
    {
        ProviderArguments provider = new();
        Argument<string[]> texts = new("TEXT") { Description = "Texts, each with a mask ([MASK]) at least.", Arity = ArgumentArity.OneOrMore };
        Option<string> model = new("--model", "-m") { Description = "The .onnx file, of a masked language model.", Required = true, HelpName = "FILE" };
        Option<int> top = new("--top") { Description = "How many pieces are printed for each mask. Default: 5.", DefaultValueFactory = _ => 5 };
        Option<int?> maxLength = new("--max-length") { Description = "Longest sequence in tokens, at most the model's limit." };
        Option<int?> threads = new("--threads") { Description = "Processor threads; all cores where not given." };
        Option<bool> json = new("--json") { Description = "Print one JSON object a text instead of the table." };
        Command command = new("fill-mask", """
            Names the likeliest pieces behind each mask of a text, with their probabilities. A piece that continues a word begins with ##.

            Examples:
              rctonnx fill-mask --model masked_lm.onnx "Patients were randomly [MASK] to two groups." --top 3
              rctonnx fill-mask --model masked_lm.onnx --json "The [MASK] was [MASK]."

            Exit codes: 0 done, 2 options, 3 a text has no mask or is too long, 4 model, 5 provider, 130 stopped.
            """)
        { texts, model, top, maxLength, threads, json };
        provider.AddTo(command);
        command.SetWork((parsed, token) =>
        {
            string[] given = parsed.GetValue(texts)!;
            using MaskFiller filler = NativeHeap.Load(() => MaskFiller.Load(parsed.GetRequiredValue(model), provider.Read(parsed) with { TopK = parsed.GetValue(top), MaxLength = parsed.GetValue(maxLength), Threads = parsed.GetValue(threads) }));
            IReadOnlyList<IReadOnlyList<FilledMask>> answers = filler.Fill(given, token);
            for (int i = 0; i < given.Length; i++)
            {
                CodePoints points = new(given[i]);
                if (parsed.GetValue(json)) JsonResult.Write(new Line(given[i], [.. answers[i].Select(mask => new Mask(points.PointOf(mask.Start), mask.Pieces))]));
                else WriteTable(given[i], answers[i]);
            }
            return ExitCodes.Success;
        });
        return command;
    }

    private static void WriteTable(string text, IReadOnlyList<FilledMask> masks)
    {
        Console.Out.WriteLine(text);
        for (int i = 0; i < masks.Count; i++)
            foreach (PieceScore piece in masks[i].Pieces)
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  mask {i + 1}  {piece.Score,8:P2}  {piece.Piece}"));
    }
}
