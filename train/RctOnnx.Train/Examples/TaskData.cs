using RctOnnx.Data;
using RctOnnx.Train.Settings;

namespace RctOnnx.Train.Examples;

/// <summary>The rows of a task by their use. Files are read again for every enumeration, so that no file is held as text, where it is split neither.</summary>
internal sealed record TaskData
{
    /// <summary>Rows to train on.</summary>
    public required IEnumerable<TextRow> Train { get; init; }

    /// <summary>Rows to choose by, or null.</summary>
    public required IEnumerable<TextRow>? Dev { get; init; }

    /// <summary>Rows for the final figures by name.</summary>
    public required IReadOnlyList<KeyValuePair<string, IEnumerable<TextRow>>> Tests { get; init; }

    /// <summary>The files with the hash of their bytes.</summary>
    public required IReadOnlyDictionary<string, string> FileHashes { get; init; }

    /// <summary>Opens the files of the settings, leaves out rows with labels that are none of the task's, and splits the training rows where shares are asked for.</summary>
    /// <exception cref="DataException">A file is missing or unreadable, or there are too few rows to split.</exception>
    public static TaskData Open(TrainSettings settings)
    {
        string[] files = [.. settings.Train, .. settings.Dev is { } file ? [file] : Array.Empty<string>(), .. settings.Test];
        Dictionary<string, string> hashes = files.Distinct().ToDictionary(path => path, DataHash.OfFile);
        IEnumerable<TextRow> train = settings.Train.SelectMany(Read);
        IEnumerable<TextRow>? dev = settings.Dev is { } path ? Read(path) : null;
        List<KeyValuePair<string, IEnumerable<TextRow>>> tests = [.. Names(settings.Test).Zip(settings.Test, (name, test) => KeyValuePair.Create(name, Read(test)))];
        if (settings.IsSplit)
        {
            ulong seed = unchecked((ulong)settings.Seed);
            DataSplit split = settings.Folds is { } folds
                ? DataSplit.Fold(train, folds, settings.Fold!.Value, settings.DevShare, seed)
                : DataSplit.Stratified(train, settings.DevShare, settings.TestShare, seed);
            train = split.Train;
            if (settings.DevShare > 0) dev = split.Dev;
            if (settings.Folds is not null || settings.TestShare > 0) tests = [KeyValuePair.Create("test", (IEnumerable<TextRow>)split.Test)];
        }
        return new TaskData { Train = NumberMasking.Apply(train, settings.NumberMasking, settings.Seed), Dev = dev, Tests = tests, FileHashes = hashes };

        IEnumerable<TextRow> Read(string name)
        {
            IEnumerable<TextRow> rows = TextDataset.Read(name, settings.DataFormat, settings.Columns);
            return settings.Labels.Count == 0 ? rows : rows.Where(row => row.Label is { } label && settings.Labels.Contains(label));
        }
    }

    /// <summary>The shortest endings of the paths, without extension, that tell them apart.</summary>
    internal static IReadOnlyList<string> Names(IReadOnlyList<string> paths)
    {
        string[][] parts = [.. paths.Select(path => Path.ChangeExtension(Path.GetFullPath(path), null).Split(Path.DirectorySeparatorChar))];
        int longest = parts.Select(part => part.Length).DefaultIfEmpty().Max();
        for (int count = 1; count < longest; count++)
        {
            string[] names = [.. parts.Select(part => string.Join('/', part.TakeLast(count)))];
            if (names.Distinct().Count() == names.Length) return names;
        }
        return paths;
    }
}
