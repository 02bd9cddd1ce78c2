using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RctOnnx.Cli.Rows;
using RctOnnx.Data;
using RctOnnx.Data.Metrics;
using RctOnnx.Onnx;
using RctOnnx.Runtime;
using RctOnnx.Runtime.Quantization;
using RctOnnx.Runtime.Tokenization;

namespace RctOnnx.Cli.Quantize;

/// <summary>The options of <c>quantize</c> that say what its data looks like, and the reading of it for every kind of model.</summary>
internal sealed class DataArguments
{
    private readonly Option<string> _calibration = new("--calibration") { Description = "Texts of the task, labels not needed: they set the ranges of the activations. Questions with contexts and prompts with choices are JSONL.", Required = true, HelpName = "FILE" };
    private readonly Option<string?> _evaluate = new("--evaluate") { Description = "Labelled dev rows: candidates are compared on them, and the drop of accuracy (micro F1 of several labels a text, kappa of ordered ones, Pearson of values, token F1 of answers) is limited. Of a masked language model plain texts, whose own words are the labels.", HelpName = "FILE" };
    private readonly Option<int> _texts = new("--calibration-texts") { Description = "How many rows of the calibration file are used, from its start (of a document model sentences). Default: 1000.", DefaultValueFactory = _ => 1000 };
    private readonly Option<DataFormat?> _format = new("--format") { Description = "Form of both files. By their names where not given.", HelpName = "tsv|tabs|csv|rct|jsonl|parquet|text" };
    private readonly Option<string> _textColumn = Column("--text-column", "text", "Column or property of the text.");
    private readonly Option<string> _labelColumn = Column("--label-column", "label", "Column or property of the label; of models that choose the place of the right choice, from 0.");
    private readonly Option<string[]> _labelColumns = new("--label-columns") { Description = "Columns or properties of 0 and 1, one a label, in place of --label-column, for models of several labels.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> _pairColumn = new("--pair-column") { Description = "Column or property of the second text, for models that read pairs." };
    private readonly Option<string?> _groupColumn = new("--group-column") { Description = "Column or property of what belongs to one document, for document models; RCT files have it by themselves." };
    private readonly Option<string?> _task = new("--task") { Description = "Which task of a file of several the rows of --evaluate have labels of; the logits of all tasks are compared.", HelpName = "NAME" };
    private readonly Option<string> _questionColumn = Column("--question-column", "question", "Property of the question.");
    private readonly Option<string> _contextColumn = Column("--context-column", "context", "Property of the context.");
    private readonly Option<string> _answerColumn = Column("--answer-column", "answer", "Property of the right answers.");
    private readonly Option<string> _startColumn = Column("--start-column", "start", "Property of the answer's first code point.");
    private readonly Option<int> _longestAnswer = new("--max-answer-length") { Description = "Tokens of the longest answer. Default: 30.", DefaultValueFactory = _ => 30 };
    private readonly Option<int?> _overlap = new("--window-overlap") { Description = "Tokens that neighbouring windows over a long context share; a quarter of a window where not given." };
    private readonly Option<string> _promptColumn = Column("--prompt-column", "prompt", "Property of the prompt.");
    private readonly Option<string> _choicesColumn = Column("--choices-column", "choices", "Property of the list of choices.");

    /// <summary>Adds the options to the verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_calibration, _evaluate, _texts, _format, _textColumn, _labelColumn, _labelColumns, _pairColumn, _groupColumn, _task,
            _questionColumn, _contextColumn, _answerColumn, _startColumn, _longestAnswer, _overlap, _promptColumn, _choicesColumn])
            command.Options.Add(option);
    }

    /// <summary>Which task the rows of a file of several are of.</summary>
    public string? Task(ParseResult parsed) => parsed.GetValue(_task);

    /// <summary>How contexts are read.</summary>
    public QuestionAnswererOptions Questions(ParseResult parsed) =>
        new() { MaxAnswerLength = parsed.GetValue(_longestAnswer), Running = new TextClassifierOptions { WindowOverlap = parsed.GetValue(_overlap) } };

    /// <summary>Reads both files.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="source">The model's file.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="SettingsException">An option does not suit the model.</exception>
    /// <exception cref="DataException">A file or a row cannot be read.</exception>
    public QuantizeData Read(ParseResult parsed, string source, ModelArtifact model)
    {
        if (parsed.GetValue(_texts) < 1) throw new SettingsException($"--calibration-texts is {parsed.GetValue(_texts)}, expected at least 1.");
        Refuse(parsed, source, model);
        QuantizeData data = model.ProblemType switch
        {
            ProblemType.QuestionAnswering => QuestionsOf(parsed),
            ProblemType.MultipleChoice => ChoicesOf(parsed),
            ProblemType.MaskedLm => MasksOf(parsed, model),
            _ => TextsOf(parsed, source, model),
        };
        if (data.Dev is { Count: 0 }) throw new DataException($"'{parsed.GetValue(_evaluate)}' has no rows to evaluate on.");
        return data;
    }

    // An option that would be ignored is a mistake of the user.
    private void Refuse(ParseResult parsed, string source, ModelArtifact model)
    {
        Option[] texts = [_format, _textColumn], labels = [_labelColumns, _pairColumn, _groupColumn, _task], questions = [_questionColumn, _contextColumn, _answerColumn, _startColumn, _longestAnswer, _overlap], choices = [_promptColumn, _choicesColumn];
        Option[] foreign = model.ProblemType switch
        {
            ProblemType.QuestionAnswering => [.. texts, .. labels, _labelColumn, .. choices],
            ProblemType.MultipleChoice => [.. texts, .. labels, .. questions],
            ProblemType.MaskedLm => [.. labels, _labelColumn, .. questions, .. choices],
            _ => [.. questions, .. choices],
        };
        string[] given = [.. foreign.Where(option => parsed.GetResult(option) is OptionResult { Implicit: false }).Select(option => option.Name)];
        if (given.Length > 0) throw new SettingsException($"{string.Join(", ", given)} {(given.Length == 1 ? "is" : "are")} not for '{source}', which is {model.ProblemType}. Leave {(given.Length == 1 ? "it" : "them")} out.");
        Option[] judged = [_labelColumn, _labelColumns, _answerColumn, _startColumn, _task];
        string[] idle = parsed.GetValue(_evaluate) is null ? [.. judged.Where(option => parsed.GetResult(option) is OptionResult { Implicit: false }).Select(option => option.Name)] : [];
        if (idle.Length > 0) throw new SettingsException($"{string.Join(", ", idle)} {(idle.Length == 1 ? "is" : "are")} read with --evaluate alone: calibration needs no labels. Name dev rows by --evaluate, or leave {(idle.Length == 1 ? "it" : "them")} out.");
    }

    private QuantizeData QuestionsOf(ParseResult parsed)
    {
        QuestionColumns columns = new() { Question = parsed.GetValue(_questionColumn)!, Context = parsed.GetValue(_contextColumn)!, Answer = parsed.GetValue(_answerColumn)!, Start = parsed.GetValue(_startColumn)! };
        QuestionRow[]? dev = parsed.GetValue(_evaluate) is { } path ? [.. QuestionDataset.Read(path, columns)] : null;
        return Data(QuestionDataset.Read(parsed.GetRequiredValue(_calibration), columns, needsAnswers: false).Take(parsed.GetValue(_texts)), dev, row => [row.Question, row.Context],
            new DevFigure("token F1", answers => AnswerMetrics.Compute(answers.Texts.Zip(dev ?? [], (answer, row) => (answer, (IReadOnlyList<string>)[.. row.Answers!.Select(gold => gold.Text)]))).F1));
    }

    private QuantizeData ChoicesOf(ParseResult parsed)
    {
        ChoiceColumns columns = new() { Prompt = parsed.GetValue(_promptColumn)!, Choices = parsed.GetValue(_choicesColumn)!, Label = parsed.GetValue(_labelColumn)! };
        ChoiceRow[]? dev = parsed.GetValue(_evaluate) is { } path ? [.. ChoiceDataset.Read(path, columns)] : null;
        return Data(ChoiceDataset.Read(parsed.GetRequiredValue(_calibration), columns, needsLabels: false).Take(parsed.GetValue(_texts)), dev, row => [row.Prompt, .. row.Choices],
            Accuracy([.. (dev ?? []).Select(row => row.Label!.Value.ToString(CultureInfo.InvariantCulture))]));
    }

    private QuantizeData MasksOf(ParseResult parsed, ModelArtifact model)
    {
        WordPieceTokenizer tokenizer = WordPieceTokenizer.Create(model.Vocabulary, model.Tokenizer);
        ColumnNames columns = new() { Text = parsed.GetValue(_textColumn)!, Label = null };
        HiddenWords[]? dev = parsed.GetValue(_evaluate) is { } path ? Hidden(path, int.MaxValue) : null;
        return Data(Hidden(parsed.GetRequiredValue(_calibration), parsed.GetValue(_texts)), dev, words => [words.Text], Accuracy([.. (dev ?? []).SelectMany(words => words.Pieces)]));

        HiddenWords[] Hidden(string file, int most)
        {
            List<HiddenWords> hidden = [];
            int left = 0;
            foreach (TextRow row in Rows(parsed, file, columns))
            {
                if (HiddenWords.Of(row.Text, tokenizer, model.Vocabulary, model.MaxLength) is { } words) hidden.Add(words);
                else left++;
                if (hidden.Count == most) break;
            }
            if (hidden.Count == 0) throw new DataException($"'{file}' has {left} texts, none with a word that is one piece of the vocabulary and could be hidden (and without a {model.Tokenizer.MaskToken} of its own). Give texts of the language that the model knows.");
            if (left > 0) Console.Error.WriteLine($"'{file}': {left} texts without a word to hide were left out.");
            return [.. hidden];
        }
    }

    private QuantizeData TextsOf(ParseResult parsed, string source, ModelArtifact model)
    {
        ColumnNames unlabelled = new() { Text = parsed.GetValue(_textColumn)!, Label = null, Group = parsed.GetValue(_groupColumn), Pair = parsed.GetValue(_pairColumn) };
        if (model.PairEncoding is not null && unlabelled.Pair is null) throw new SettingsException($"'{source}' reads pairs by two encoders: name the column of the second text by --pair-column.");
        foreach (string file in ((string?[])[parsed.GetRequiredValue(_calibration), parsed.GetValue(_evaluate)]).OfType<string>())
            DocumentColumns.Check(model.Document is not null, unlabelled, parsed.GetValue(_format) ?? TextDataset.FormatOf(file), needsGroups: true);
        TextRow[] dev = [];
        if (parsed.GetValue(_evaluate) is { } path)
        {
            dev = [.. Rows(parsed, path, unlabelled with { Label = parsed.GetValue(_labelColumn), Flags = parsed.GetValue(_labelColumns) is { Length: > 0 } flags ? flags : null })];
            if (dev.Length == 0) return new QuantizeData([], [], null);
            TaskChoice.Require(source, model.Tasks, Task(parsed));
        }
        DevFigure? figure = dev.Length == 0 ? null : DevFigures.Of(Task(parsed) is { } chosen ? TaskViews.Alone(model, chosen) : model, dev);
        return new QuantizeData(Texts(Rows(parsed, parsed.GetRequiredValue(_calibration), unlabelled).Take(parsed.GetValue(_texts))), dev.Length == 0 ? null : Texts(dev), figure);

        IReadOnlyList<IReadOnlyList<string>> Texts(IEnumerable<TextRow> rows) => model.Document is not null
            ? [.. TextDocuments.Of(rows).Select(document => (IReadOnlyList<string>)[.. document.Select(row => row.Text)])]
            : [.. rows.Select(row => (IReadOnlyList<string>)(row.Pair is null ? [row.Text] : [row.Text, row.Pair]))];
    }

    private static QuantizeData Data<TRow>(IEnumerable<TRow> calibration, IReadOnlyList<TRow>? dev, Func<TRow, IReadOnlyList<string>> texts, DevFigure figure) =>
        new([.. calibration.Select(texts)], dev is null ? null : [.. dev.Select(texts)], dev is null ? null : figure);

    private static DevFigure Accuracy(string[] right) => new("accuracy", answers => (double)answers.Texts.Zip(right).Count(pair => pair.First == pair.Second) / right.Length);

    private IEnumerable<TextRow> Rows(ParseResult parsed, string path, ColumnNames columns) => RowInput.Open(path, parsed.GetValue(_format), columns).Read().Select(item => item.Row);

    private static Option<string> Column(string name, string usual, string description) => new(name) { Description = $"{description} Default: {usual}.", DefaultValueFactory = _ => usual };
}
