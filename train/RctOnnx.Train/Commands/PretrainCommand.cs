using System.CommandLine;
using System.Globalization;
using RctOnnx.CommandLine;
using RctOnnx.Data;
using RctOnnx.Onnx;
using RctOnnx.Train.Modules;
using RctOnnx.Train.Pretraining;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Commands;

/// <summary>The verb <c>pretrain</c>: an encoder learns the language of a field from plain texts.</summary>
internal static class PretrainCommand
{
    private sealed record Result(string Output, long Steps, double Seconds, double? PerplexityBefore, double? PerplexityAfter, DetectionFigures? DetectionBefore, DetectionFigures? DetectionAfter);

    private static readonly PretrainSettings Defaults = new();

    public static Command Create()
    {
        Option<string?> vocabulary = new("--vocabulary") { Description = "Start a new encoder over this vocabulary (verb 'vocabulary').", HelpName = "vocab.txt" };
        Option<string?> from = new("--base") { Description = "Go on from this encoder: a Hugging Face folder, or an .onnx file of ours.", HelpName = "FOLDER|FILE.onnx" };
        Option<string[]> input = new("--input") { Description = "Texts: one a line with empty lines between documents, or any data file with a column of texts.", Required = true, AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        Option<string[]> exclude = new("--exclude") { Description = "Data files, such as those for testing: texts that hold a sentence of them are not learnt. Compared by letters alone, from six words up.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        Option<string> column = Number("--text-column", "Column or property of the text in the input files that have columns.", Defaults.TextColumn);
        Option<DataFormat?> format = new("--data-format") { Description = "Form of the input files, where their names do not tell.", HelpName = "text|tsv|tabs|csv|jsonl|parquet|rct" };
        Option<string> output = new("--output", "-o") { Description = "Folder of the run.", Required = true, HelpName = "FOLDER" };
        Option<bool> resume = new("--resume") { Description = "Go on with the run in the output folder; give the same settings." };
        Option<bool> json = new("--json") { Description = "End standard output with one JSON object." };
        Option<PretrainingTask> task = Number("--task", "What is learnt: mlm names hidden pieces, rtd (ELECTRA) tells pieces that a small generator replaced.", Defaults.Task);
        task.HelpName = "mlm|rtd";
        Option<double> generator = Number("--generator-share", "Width of rtd's generator as a share of the encoder's.", Defaults.GeneratorShare);
        Option<Architecture> architecture = Number("--architecture", "Family of a new encoder.", Defaults.Architecture);
        architecture.HelpName = "bert|electra";
        Option<int?> embedding = new("--embedding") { Description = "Width of a new ELECTRA's embeddings. Default: that of the encoder." };
        Option<int> layers = Number("--layers", "Layers of a new encoder.", Defaults.Layers), hidden = Number("--hidden", "Width of a new encoder.", Defaults.Hidden);
        Option<int> heads = Number("--heads", "Attention heads of a new encoder.", Defaults.Heads), intermediate = Number("--intermediate", "Feed-forward width of a new encoder.", Defaults.Intermediate);
        Option<double> range = Number("--initializer-range", "Standard deviation of a new encoder's weights.", Defaults.InitializerRange);
        Option<bool> cased = new("--cased") { Description = "A new encoder keeps capital letters and accents; take it where the vocabulary was made with it." };
        Option<Pooling?> pooling = new("--pooling") { Description = "How a classifier pools this encoder unless told otherwise. Default: the base's own; the mean for a new one.", HelpName = "cls|mean|max|pooler" };
        Option<int> maxLength = Number("--max-length", "Tokens of a block, and positions of a new encoder.", Defaults.MaxLength), batch = Number("--batch", "Blocks of a batch.", Defaults.Batch);
        Option<bool> separate = new("--separate-texts") { Description = "Every text begins a block of its own, as in a classifier; otherwise texts run on through full blocks." };
        Option<int?> steps = new("--steps") { Description = "Optimiser steps; such a run is repeated by its seed." };
        Option<double?> minutes = new("--minutes") { Description = "Minutes instead of steps: the learning rate falls with the time, so that the run ends when it should." };
        Option<double> rate = Number("--learning-rate", "Highest learning rate.", Defaults.LearningRate), warmup = Number("--warmup-share", "Share of the run in which it rises.", Defaults.WarmupShare);
        Option<double> dropout = Number("--dropout", "Dropout while pre-training.", Defaults.Dropout), maskShare = Number("--mask-share", "Share of the pieces to name.", Defaults.MaskShare);
        Option<bool> pieces = new("--mask-pieces") { Description = "Hide pieces one by one; otherwise a word is hidden with all its pieces." };
        Option<double> heldOut = Number("--held-out-share", "Share of the documents kept for the perplexity: of a plain text what stands between empty lines, of a table every row.", Defaults.HeldOutShare);
        Option<int> every = Number("--evaluate-every", "Steps between checkpoints, each with the perplexity on what is held out.", Defaults.EvaluateEvery);
        Option<string> precision = Number("--precision", "Numbers of the products in training; weights stay fp32.", "fp32");
        precision.AcceptOnlyFromAmong("fp32", "bf16");
        Option<DeviceChoice> device = Number("--device", "Where to train.", Defaults.Device);
        device.HelpName = "auto|cpu|cuda|mps";
        Option<int?> threads = new("--threads") { Description = "Threads of the processor. Default: all." };
        Option<long> seed = Number("--seed", "Of everything drawn at random.", Defaults.Seed);
        Command command = new("pretrain", """
            Teaches an encoder the language of a field from plain texts: it names pieces that were hidden (masked language model), or tells
            pieces that a generator put there (replaced token detection, ELECTRA; --task rtd).
            The folder ends with model.onnx, an encoder without a head to start 'train --base' from, with --task mlm also masked_lm.onnx, the
            same with its head for 'rctonnx fill-mask' and to go on from by --base, metrics.jsonl and a checkpoint.

            Example:
              rctonnx-train vocabulary --input corpus.txt --size 8192 --output vocab.txt
              rctonnx-train pretrain --vocabulary vocab.txt --input corpus.txt --exclude test.txt --minutes 40 --output encoder
              rctonnx-train pretrain --task rtd --architecture electra --embedding 64 --hidden 196 --heads 4 --layers 18 --vocabulary vocab.txt --input corpus.txt --minutes 40 --output electra
              rctonnx-train train --base encoder/model.onnx --train train.txt --dev dev.txt --output my-run

            Exit codes: 0 done, 2 settings, 3 texts, 4 base, vocabulary or checkpoint, 5 device, 6 output, 7 proof failed or loss no
            number, 130 stopped.
            """)
        { vocabulary, from, input, format, column, exclude, output, resume, json, task, generator, architecture, embedding, layers, hidden, heads, intermediate, range, cased, pooling, maxLength, separate, batch, steps, minutes, rate, warmup, dropout, maskShare, pieces, heldOut, every, precision, device, threads, seed };
        command.SetWork((parsed, token) =>
        {
            PretrainSettings settings = new()
            {
                Vocabulary = parsed.GetValue(vocabulary),
                Base = parsed.GetValue(from),
                Input = parsed.GetRequiredValue(input),
                TextColumn = parsed.GetValue(column)!,
                DataFormat = parsed.GetValue(format),
                Exclude = parsed.GetValue(exclude) ?? [],
                Output = parsed.GetRequiredValue(output),
                Task = parsed.GetValue(task),
                GeneratorShare = parsed.GetValue(generator),
                Architecture = parsed.GetValue(architecture),
                Embedding = parsed.GetValue(embedding),
                Layers = parsed.GetValue(layers),
                Hidden = parsed.GetValue(hidden),
                Heads = parsed.GetValue(heads),
                Intermediate = parsed.GetValue(intermediate),
                InitializerRange = parsed.GetValue(range),
                Cased = parsed.GetValue(cased),
                Pooling = parsed.GetValue(pooling),
                MaxLength = parsed.GetValue(maxLength),
                SeparateTexts = parsed.GetValue(separate),
                Batch = parsed.GetValue(batch),
                Steps = parsed.GetValue(steps),
                Minutes = parsed.GetValue(minutes),
                LearningRate = parsed.GetValue(rate),
                WarmupShare = parsed.GetValue(warmup),
                Dropout = parsed.GetValue(dropout),
                MaskShare = parsed.GetValue(maskShare),
                MaskPieces = parsed.GetValue(pieces),
                HeldOutShare = parsed.GetValue(heldOut),
                EvaluateEvery = parsed.GetValue(every),
                Precision = parsed.GetValue(precision) == "bf16" ? Precision.BFloat16 : Precision.Fp32,
                Device = parsed.GetValue(device),
                Threads = parsed.GetValue(threads),
                Seed = parsed.GetValue(seed),
            };
            PretrainingOutcome outcome = PretrainingRun.Execute(settings, parsed.GetValue(resume), Console.Error.WriteLine, TimeProvider.System, token);
            string path = new RunFolder(settings.Output).Model;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Wrote '{path}' after {outcome.Steps:N0} steps in {outcome.Seconds / 60:F1} minutes ({outcome.Tokens:N0} tokens). Perplexity on held-out texts: {Figure(outcome.Before)} before, {Figure(outcome.After)} after."));
            if (outcome is { Before.Detection: { } first, After.Detection: { } last })
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Tokens told right: {first.Accuracy:P1} before, {last.Accuracy:P1} after ({1 - last.ReplacedShare:P1} are not replaced); {last.Recall:P1} of the replaced ones are found."));
            if (parsed.GetValue(json)) JsonResult.Write(new Result(path, outcome.Steps, outcome.Seconds, outcome.Before?.Perplexity, outcome.After?.Perplexity, outcome.Before?.Detection, outcome.After?.Detection));
            return ExitCodes.Success;
        });
        return command;
    }

    private static Option<T> Number<T>(string name, string description, T value) =>
        new(name) { Description = string.Create(CultureInfo.InvariantCulture, $"{description} Default: {value}."), DefaultValueFactory = _ => value };

    private static string Figure(PretrainingFigures? figures) => figures?.Perplexity.ToString("F1", CultureInfo.InvariantCulture) ?? "none held out";
}
