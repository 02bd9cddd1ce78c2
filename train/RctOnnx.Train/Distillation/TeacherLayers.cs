namespace RctOnnx.Train.Distillation;

/// <summary>Which layer of a teacher each layer of a student follows (TinyBERT, Jiao et al. 2019, section 3.1).</summary>
internal static class TeacherLayers
{
    /// <summary>The teacher's layer for every layer of the student; all are numbered from 0, without the embeddings.</summary>
    /// <param name="given">As the settings name them; empty spreads them evenly, the last one over the last: three over six are 1, 3, 5.</param>
    /// <param name="studentCount">Layers of the student.</param>
    /// <param name="teacherCount">Layers of the teacher.</param>
    /// <exception cref="SettingsException">There is not one for every layer, one is none of the teacher's, or they fall.</exception>
    public static IReadOnlyList<int> Of(IReadOnlyList<int> given, int studentCount, int teacherCount)
    {
        // Rounded up, so that every layer has one where the student is the deeper of the two.
        if (given.Count == 0) return [.. Enumerable.Range(1, studentCount).Select(layer => (layer * teacherCount + studentCount - 1) / studentCount - 1)];
        if (given.Count != studentCount || given.Any(layer => layer < 0 || layer >= teacherCount) || given.Zip(given.Skip(1)).Any(pair => pair.First > pair.Second))
            throw new SettingsException($"teacher-layers is {string.Join(",", given)}; expected {studentCount} numbers, one for every layer of the student, from 0 to {teacherCount - 1}, none below the one before it.");
        return given;
    }
}
