using System.Runtime.Intrinsics;

namespace RctOnnx.Train.Optimization;

/// <summary>The constants of one update and its arithmetic over memory (Kingma and Ba 2015; Loshchilov and Hutter 2019).</summary>
internal readonly record struct AdamStep
{
    public required float Beta1 { get; init; }

    public required float Beta2 { get; init; }

    public required float Epsilon { get; init; }

    /// <summary>Multiplies the gradient first.</summary>
    public required float GradientScale { get; init; }

    /// <summary>Times the parameter, added to the gradient; zero with decoupled decay.</summary>
    public required float L2 { get; init; }

    /// <summary>What decoupled decay leaves of the parameter.</summary>
    public required float Keep { get; init; }

    /// <summary>Learning rate over the first moment's bias correction.</summary>
    public required float StepSize { get; init; }

    /// <summary>One over the root of the second moment's bias correction.</summary>
    public required float RootScale { get; init; }

    /// <summary>Updates a piece of parameter, first and second moment; all spans have the same length.</summary>
    public void Apply(Span<float> parameter, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second)
    {
        int width = Vector512<float>.Count, at = 0;
        Vector512<float> rest1 = Vector512.Create(1 - Beta1), beta2 = Vector512.Create(Beta2), rest2 = Vector512.Create(1 - Beta2), epsilon = Vector512.Create(Epsilon);
        Vector512<float> scale = Vector512.Create(GradientScale), l2 = Vector512.Create(L2), keep = Vector512.Create(Keep);
        Vector512<float> stepSize = Vector512.Create(StepSize), rootScale = Vector512.Create(RootScale);
        for (; at <= parameter.Length - width; at += width)
        {
            Vector512<float> p = Vector512.Create((ReadOnlySpan<float>)parameter[at..]), m = Vector512.Create((ReadOnlySpan<float>)first[at..]), v = Vector512.Create((ReadOnlySpan<float>)second[at..]);
            Vector512<float> g = Vector512.Create(gradient[at..]) * scale + p * l2;
            if (Vector512.EqualsAll(g, Vector512<float>.Zero) && Vector512.EqualsAll(m, Vector512<float>.Zero))
            {
                // Most rows of the word table, most of the time: the root and the quotient, which cost most, would give zero.
                if (!Vector512.EqualsAll(v, Vector512<float>.Zero)) (v * beta2).CopyTo(second[at..]);
                (p * keep).CopyTo(parameter[at..]);
                continue;
            }
            m += (g - m) * rest1;
            v = v * beta2 + g * g * rest2;
            p = p * keep - stepSize * m / (Vector512.Sqrt(v) * rootScale + epsilon);
            m.CopyTo(first[at..]);
            v.CopyTo(second[at..]);
            p.CopyTo(parameter[at..]);
        }
        for (; at < parameter.Length; at++)
        {
            float g = gradient[at] * GradientScale + parameter[at] * L2;
            first[at] += (g - first[at]) * (1 - Beta1);
            second[at] = second[at] * Beta2 + g * g * (1 - Beta2);
            parameter[at] = parameter[at] * Keep - StepSize * first[at] / (MathF.Sqrt(second[at]) * RootScale + Epsilon);
        }
    }
}
