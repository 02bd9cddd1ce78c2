namespace RctOnnx.Train.Schedules;

/// <summary>How the learning rate falls after warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>In a straight line to zero at the last step.</summary>
    Linear,

    /// <summary>Half a cosine to zero at the last step (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>Not at all.</summary>
    Constant,
}
