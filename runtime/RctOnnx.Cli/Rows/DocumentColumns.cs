using RctOnnx.Data;

namespace RctOnnx.Cli.Rows;

/// <summary>Whether the columns that were named suit a model that reads documents, or one that does not.</summary>
internal static class DocumentColumns
{
    /// <summary>Refuses columns that would be ignored, and labelled tables that do not say what belongs together.</summary>
    /// <param name="readsDocuments">Whether the model does.</param>
    /// <param name="columns">As named on the command line.</param>
    /// <param name="format">Of the data; null for texts of the command line.</param>
    /// <param name="needsGroups">Whether rows of a table must be sentences of documents: rows with labels.</param>
    /// <exception cref="SettingsException">They do not suit it.</exception>
    public static void Check(bool readsDocuments, ColumnNames columns, DataFormat? format, bool needsGroups)
    {
        bool isTable = format is not (null or DataFormat.Text or DataFormat.Rct);
        if (!readsDocuments)
        {
            if (columns.Group is not null) throw new SettingsException($"--group-column is '{columns.Group}', but the model reads single texts: leave it out, or take a document model.");
            return;
        }
        if (columns.Pair is not null) throw new SettingsException($"--pair-column is '{columns.Pair}', but the model reads documents of sentences, it was not made for pairs. Leave it out.");
        if (columns.Group is not null && !isTable) throw new SettingsException($"--group-column is '{columns.Group}', but {(format is null ? "texts of the command line" : $"{format} data")} have no columns: leave it out. An RCT file says itself what belongs together, other texts are taken apart into sentences.");
        if (needsGroups && isTable && columns.Group is null)
            throw new SettingsException("The model reads documents, and a table does not say which rows belong to one: name --group-column, whose rows follow one another, or give an RCT file.");
    }
}
