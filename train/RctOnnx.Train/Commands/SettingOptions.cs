using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using RctOnnx.Train.Settings;
using RctOnnx.Train.Training;

namespace RctOnnx.Train.Commands;

/// <summary>
/// The settings of a run as options. Each option writes the JSON property of its name (<c>--learning-rate</c> is
/// <c>learning_rate</c>), so that the command line, a settings file and the record of a run are one thing.
/// </summary>
internal sealed class SettingOptions
{
    private readonly JsonObject _defaults = SettingsJson.ToObject(new TrainSettings());
    private readonly List<(Option Option, Func<ParseResult, JsonNode?> Value)> _options = [];
    private readonly Option<string?> _file = new("--settings") { Description = "A JSON file of settings; options given here go before it.", HelpName = "FILE.json" };

    public SettingOptions()
    {
        Text("base", "Encoder to start from: a Hugging Face folder (config.json, weights, vocabulary), or an .onnx file of ours.", "FOLDER|FILE.onnx");
        Flag("no_pickle", "Refuse a base whose weights are a PyTorch pickle (.bin). Pickles are read without being run, and only where there are no safetensors.");
        Texts("train", "Data to train on: RCT text, TSV, CSV, JSONL or Parquet. Several files may be named.", "FILE");
        Text("dev", "Data that chooses the best weights.", "FILE");
        Texts("test", "Data for the final figures, before and after training. Several files may be named.", "FILE");
        Text("output", "Folder of the run.", "FOLDER");
        Text("data_format", "Form of all data files, where their names do not tell.", "tsv|tabs|csv|jsonl|parquet|rct");
        Text("text_column", "Column or property of the text.", "NAME");
        Text("label_column", "Column or property of the label.", "NAME");
        Text("problem", "What the labels mean: one a text, any number (joined by |, or columns of 0 and 1), a number, or one of several in an order; or the span of a context that answers a question, or the one of several texts that goes with a prompt.", "single_label|multi_label|regression|ordinal|question_answering|multiple_choice");
        Texts("label_columns", "Columns or properties of 0 and 1, one a label, in place of the label column, for multi_label.", "NAME");
        Text("text_rule", "What is done to texts first, in training and by the file: numbered_placeholders makes @CAPS1 the word CAPS. The base's rule where not given.", "none|numbered_placeholders");
        Text("long_text", "What the file does with texts over the limit; training and its figures cut them, or read the contexts of questions in windows too.", "error|truncate|window");
        Text("pair_column", "Column or property of the second text of a pair.", "NAME");
        Text("encoders", "What reads the two texts of a pair: one encoder both together, or each by itself, by shared weights or by separate ones.", "one|shared|separate");
        Text("combine", "How the features of two encoders are combined, by element: the larger, the mean, the sum, side by side, or the distance |a - b|. Side by side where not given.", "max|mean|sum|concat|difference");
        Text("question_column", "Property of the question, for question_answering, whose data is JSONL.", "NAME");
        Text("context_column", "Property of the text that the answer stands in.", "NAME");
        Text("answer_column", "Property of the answer: a text, a list of right ones, null where there is none, or an object of text and answer_start as SQuAD has it.", "NAME");
        Text("start_column", "Property of the answer's first code point in the context.", "NAME");
        Number<int>("window_overlap", "Tokens that windows over a context share, with --long-text window; a quarter of a window where not given.");
        Number<int>("max_answer_length", "Tokens of the longest answer that an evaluation gives.");
        Text("prompt_column", "Property of the text before every choice, for multiple_choice, whose data is JSONL; the place of the right choice, from 0, is the label.", "NAME");
        Text("choices_column", "Property of the list of choices.", "NAME");
        Text("group_column", "Column or property of what stays together in a split.", "NAME");
        Flag("documents", "Rows of one group that follow one another (an abstract of an RCT file, or by --group-column) are read together as [CLS] s1 [SEP] s2 [SEP] and so on; each has its label. Set --max-length to 512.");
        Number<int>("sentence_length", "Pieces of a sentence of a document that are looked at.");
        Number<double>("number_masking", "Share of the training groups whose numbers become @, as in corpora that hide them.");
        Texts("labels", "Labels of the task; rows with others are left out. All labels of the training rows where not given. For ordinal they stand in their order, smallest first; where not given, by value.", "NAME");
        Number<double>("dev_share", "Share of the training rows kept for choosing; stratified, groups kept together, by the seed.");
        Number<double>("test_share", "Share of the training rows kept for the final figures.");
        Number<int>("folds", "Equal parts of the training rows, stratified, groups kept together, by the seed; one of them is the test set (cross-validation).");
        Number<int>("fold", "Which of the folds is the test set, from 1.");
        Text("head", "What stands on the encoder.", "auto|linear|pooler|electra|mean|max|mlp");
        Numbers("hidden", "Widths of the hidden layers of the head mlp, from below, as in 256,128; two as wide as the encoder where not given.");
        Text("pooling", "What the head mlp reads: the first token's state, the mean or largest over all tokens, or the pooler; the base's own where not given.", "cls|mean|max|pooler");
        Number<double>("head_dropout", "Dropout in the head; the base's where not given.");
        Flag("new_head", "Draw a new head even where the base has one for the same labels.");
        Texts("freeze", "What keeps the values of the base: encoder (features are then computed once), layers:N (embeddings and the N lowest layers), or the beginning of parameter names. Several may be named.", "NAME");
        Number<int>("unfreeze_every", "Steps after which the next lower layer of what is frozen is trained too, the embeddings last; starts from what --freeze leaves, or from pooler and head.");
        Number<double>("layer_decay", "Factor of the learning rate from each layer to the one below it.");
        Numbers("keep_layers", "Layers of the base that are kept, from 0, as in 0,2,4; all where not given.");
        Text("teacher", "A model file for the same labels whose answers are learnt beside the labels (distillation).", "FILE.onnx");
        Number<double>("teacher_weight", "Share of the loss that is the distance to the teacher.");
        Number<double>("teacher_temperature", "What logits are divided by in that distance.");
        Number<double>("teacher_hidden_weight", "What the mean squared distance to the teacher's token states is multiplied by before it is added to the loss; the teacher has the same vocabulary.");
        Numbers("teacher_layers", "For every layer the one of the teacher that it follows, from 0, as in 1,3,5; evenly spread where not given.");
        Number<double>("ema", "Share that a moving average of the weights keeps in a step, such as 0.999; the average is evaluated and exported.");
        Number<int>("epochs", "Passes over the training rows.");
        Number<int>("steps", "Optimiser steps, in place of epochs.");
        Number<int>("batch", "Rows of a batch.");
        Number<int>("accumulation", "Batches whose gradients make one step.");
        Number<int>("max_length", "Longest sequence in tokens, [CLS] and [SEP] included; longer texts are cut.");
        Text("optimizer", "Update rule.", "adamw|adam");
        Number<double>("learning_rate", "Highest learning rate.");
        Text("schedule", "Course of the learning rate after warm-up.", "linear|cosine|constant");
        Number<int>("warmup_steps", "Steps over which the learning rate rises; a tenth of all where not given.");
        Number<double>("weight_decay", "Decay of all but biases and normalisations.");
        Number<double>("max_gradient_norm", "Gradients are scaled down to this norm.");
        Number<double>("label_smoothing", "Share of a row's mass spread over all labels.");
        Text("class_weights", "auto lets every label count the same in the loss; effective lets rare ones count more, but less so (class-balanced loss); file takes the weights of --class-weight-file.", "none|auto|effective|file");
        Number<double>("class_balance_beta", "How far class-weights effective goes: nearer to one, nearer to auto.");
        Number<double>("focal_gamma", "Exponent of focal loss, which trusts rows less the surer they are; 0 is cross-entropy.");
        Text("class_weight_file", "A JSON object of label and weight.", "FILE.json");
        Flag("calibrate", "Fit a temperature to dev and put it into the file, so that probabilities are shares of right answers.");
        Flag("oversample", "Repeat rows of rarer labels until every label has as many as the most frequent one.");
        Flag("gradient_checkpointing", "Keep the input of every layer alone and compute the layer again in the backward pass: less memory for long texts, more time, the same weights. On the CPU.");
        Text("precision", "Numbers of the products in training. bf16 is faster where the processor knows it; weights stay fp32.", "fp32|bf16");
        Text("device", "Where to train.", "auto|cpu|cuda|mps");
        Number<int>("threads", "Threads of the processor; all where not given. A run is resumed with as many.");
        Number<long>("seed", "Of everything drawn at random.");
        Number<int>("evaluate_every", "Steps between evaluations on dev; after every epoch where not given.");
        Number<int>("checkpoint_every", "Steps between checkpoints; at every evaluation where not given.");
        Text("best_metric", "What best means on dev; accuracy, micro_f1, pearson, quadratic_weighted_kappa or token_f1 by the problem where not given.", "accuracy|macro_f1|weighted_f1|micro_f1|quadratic_weighted_kappa|pearson|spearman|exact_match|token_f1|loss");
        Number<int>("patience", "Evaluations without a better one after which training stops.");
        Text("keep", "Which weights are exported.", "best|last");
    }

    /// <summary>Options of the verb.</summary>
    public IEnumerable<Option> Options => [.. _options.Select(one => one.Option), _file];

    /// <summary>Settings file, or a resumed run's own settings, under what was given on the command line.</summary>
    /// <exception cref="SettingsException">A file cannot be read.</exception>
    public JsonObject Values(ParseResult parsed, bool resume)
    {
        JsonObject given = [];
        foreach ((Option option, Func<ParseResult, JsonNode?> value) in _options)
            if (parsed.GetResult(option) is OptionResult { Implicit: false }) given[PropertyOf(option)] = value(parsed);
        JsonObject values = [];
        if (parsed.GetValue(_file) is { } file) values = SettingsJson.ReadObject(file);
        else if (resume)
        {
            string folder = given["output"]?.GetValue<string>()
                ?? throw new SettingsException("--resume needs the folder of the run: add --output FOLDER.");
            string own = new RunFolder(folder).Settings;
            if (!File.Exists(own)) throw new ModelFileException($"'{folder}' holds no run to resume: '{own}' is not there. Start the run without --resume.");
            values = SettingsJson.ReadObject(own);
            values["output"] = folder;
        }
        foreach ((string name, JsonNode? value) in given) values[name] = value?.DeepClone();
        return values;
    }

    private void Text(string property, string description, string helpName)
    {
        Option<string> option = Create<string>(property, description, helpName);
        string[] choices = helpName.Split('|');
        if ((_defaults[property] is not null || property == "best_metric") && choices.Length > 1 && choices.All(choice => choice == choice.ToLowerInvariant())) option.AcceptOnlyFromAmong(choices);
        _options.Add((option, parsed => parsed.GetValue(option)));
    }

    private void Texts(string property, string description, string helpName)
    {
        Option<string[]> option = Create<string[]>(property, description, helpName);
        option.AllowMultipleArgumentsPerToken = true;
        _options.Add((option, parsed => new JsonArray([.. parsed.GetValue(option)!.Select(text => (JsonNode)text)])));
    }

    private void Numbers(string property, string description)
    {
        Option<string> option = Create<string>(property, description, "N,N");
        _options.Add((option, parsed => new JsonArray([.. parsed.GetValue(option)!.Split(',').Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? (JsonNode)number
            : throw new SettingsException($"{option.Name} is '{parsed.GetValue(option)}', expected whole numbers with commas, as in 256,128."))])));
    }

    private void Number<T>(string property, string description)
        where T : struct
    {
        Option<T> option = Create<T>(property, description, "N");
        _options.Add((option, parsed => JsonSerializer.SerializeToNode(parsed.GetValue(option))));
    }

    private void Flag(string property, string description)
    {
        Option<bool> option = Create<bool>(property, description, null);
        _options.Add((option, parsed => parsed.GetValue(option)));
    }

    private Option<T> Create<T>(string property, string description, string? helpName)
    {
        JsonNode? value = _defaults[property];
        bool isShown = value is JsonValue && value.ToString() is { Length: > 0 } and not "false";
        return new Option<T>("--" + property.Replace('_', '-')) { Description = isShown ? $"{description} Default: {value}." : description, HelpName = helpName };
    }

    private static string PropertyOf(Option option) => option.Name[2..].Replace('-', '_');
}
