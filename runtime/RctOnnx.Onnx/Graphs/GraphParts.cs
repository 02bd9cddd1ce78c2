using DataType = RctOnnx.Onnx.Protobuf.TensorProto.Types.DataType;

namespace RctOnnx.Onnx;

/// <summary>The blocks that all dialects share. Every method adds nodes and returns the name of its result.</summary>
/// <param name="graph">Takes the nodes.</param>
/// <param name="artifact">Has the weights.</param>
/// <param name="fused">Whether int8 layers are single nodes of ONNX Runtime, and weights that are read in fp32 are stored so.</param>
/// <param name="observed">Whether the inputs of the layers that can be int8 become graph outputs, under the names of their points.</param>
internal sealed class GraphParts(GraphBuilder graph, ModelArtifact artifact, bool fused = false, bool observed = false)
{
    private readonly HashSet<string> _weights = [], _points = [], _int8Tables = [];
    private readonly Dictionary<string, string> _quantized = [];

    /// <summary>The weight of that canonical name, added at its first use.</summary>
    public string Weight(string name)
    {
        TensorData weight = artifact.Weights[name];
        if (weight.Scales is { } scales && !fused) return Dequantized(name, weight, scales);
        if (_weights.Add(name)) graph.Weight(name, weight);
        return name;
    }

    /// <summary>Rows of a table, [.., width], for ids [..].</summary>
    public string Lookup(string table, string ids, string output)
    {
        if (artifact.Weights[table].Scales is not { } scales) return graph.Node("Gather", output, [Weight(table), ids], ("axis", 0L));
        _int8Tables.Add(table);
        string values = graph.Int8(table, artifact.Weights[table]), factors = graph.Constant(table + ".scale", [.. scales.Values], scales.Values.Count, 1);
        string rows = graph.Node("Cast", output + "/float", [graph.Node("Gather", output + "/rows", [values, ids], ("axis", 0L))], ("to", (long)DataType.Float));
        return graph.Node("Mul", output, [rows, graph.Node("Gather", output + "/scales", [factors, ids], ("axis", 0L))]);
    }

    /// <summary>x · W + b; in int8 where the input of the layer is.</summary>
    public string Linear(string input, string layer)
    {
        if (IsInt8(layer)) return Int8Linear(input, layer, artifact.Weights[TensorNames.Bias(layer)].ToFloats());
        return graph.Node("Add", layer + "/linear", [MatMul(input, layer), Weight(TensorNames.Bias(layer))]);
    }

    /// <summary>x · W.</summary>
    public string MatMul(string input, string layer)
    {
        string point = QuantizationPoints.InputOf(layer);
        if (observed && TensorNames.IsEncoderLayer(layer) && _points.Add(point))
            graph.Output(graph.Node("Identity", point, [input]), DataType.Float, "batch", "rows", artifact.Weights[TensorNames.Weight(layer)].Shape[0]);
        if (IsInt8(layer)) return Int8Linear(input, layer, null);
        if (artifact.Inputs.ContainsKey(point)) input = Rounded(input, point);
        return graph.Node("MatMul", layer + "/product", [input, Weight(TensorNames.Weight(layer))]);
    }

    /// <summary>Whether a layer is one int8 node.</summary>
    public bool IsInt8(string layer) => fused && artifact.Inputs.ContainsKey(QuantizationPoints.InputOf(layer));

    /// <summary>(x · W) · factor + b as one int8 node: x is quantised once for all layers that read it, the rest is in the kernel.</summary>
    public string Int8Linear(string input, string layer, float[]? bias, float factor = 1)
    {
        string point = QuantizationPoints.InputOf(layer);
        TensorData weight = artifact.Weights[TensorNames.Weight(layer)];
        return Int8Product(Quantized(input, point), point, layer, weight, [.. weight.Scales!.Values.Select(value => value * factor)], bias);
    }

    /// <summary>x · W + b as one int8 node, for an input that is uint8 already.</summary>
    public string Int8Product(string input, string point, string layer, TensorData weight, float[] scales, float[]? bias)
    {
        (string scale, string zero) = Quantization(point);
        string name = TensorNames.Weight(layer), factors = graph.Constant(name + ".scale", scales, scales.Length);
        string constant = bias is null ? "" : graph.Constant(layer + "/bias", bias, bias.Length);
        return graph.ContribNode("MatMulIntegerToFloat", layer + "/int8", [input, graph.Int8(name, weight), scale, factors, zero, "", constant]);
    }

    /// <summary>The names of a point's scale and zero point.</summary>
    public (string Scale, string ZeroPoint) Quantization(string point)
    {
        (string scale, string zero) = (point + ".scale", point + ".zero_point");
        if (_points.Add(point))
        {
            graph.Scalar(scale, artifact.Inputs[point].Scale);
            graph.Scalar(zero, artifact.Inputs[point].ZeroPoint);
        }
        return (scale, zero);
    }

    /// <summary>The uint8 form of a value, made once.</summary>
    public string Quantized(string input, string point)
    {
        string key = input + "/quantized";
        if (_quantized.TryGetValue(key, out string? known)) return known;
        (string scale, string zero) = Quantization(point);
        return _quantized[key] = graph.Node("QuantizeLinear", key, [input, scale, zero]);
    }

    /// <summary>An int64 vector, added once.</summary>
    public string Vector(string name, params long[] values) => _weights.Add(name) ? graph.Vector(name, values) : name;

    /// <summary>The position table with token type 0 folded in, for graphs of single texts.</summary>
    public string PositionsWithTypeZero() => graph.Constant("folded/positions", CpuFolding.PositionsWithTypeZero(artifact), artifact.Encoder.PositionCount, artifact.Encoder.EmbeddingWidth);

    private string Rounded(string input, string point)
    {
        string quantized = Quantized(input, point), rounded = input + "/rounded";
        if (_quantized.TryAdd(rounded, rounded)) graph.Node("DequantizeLinear", rounded, [quantized, point + ".scale", point + ".zero_point"]);
        return rounded;
    }

    private string Dequantized(string name, TensorData weight, QuantizationScales scales)
    {
        string output = name + "/float";
        if (!_weights.Add(name)) return output;
        return graph.Node("DequantizeLinear", output, [graph.Int8(name, weight), graph.Constant(name + ".scale", [.. scales.Values], scales.Values.Count)], ("axis", (long)scales.Axis));
    }

    /// <summary>Layer normalisation over the last dimension.</summary>
    public string Norm(string input, string layer) =>
        graph.Node("LayerNormalization", layer + "/out", [input, Weight(TensorNames.Weight(layer)), Weight(TensorNames.Bias(layer))],
            ("axis", -1L), ("epsilon", (float)artifact.Encoder.LayerNormEpsilon));

    /// <summary>The activation function.</summary>
    public string Activate(string input, Activation activation, string output) => activation switch
    {
        Activation.Gelu => graph.Node("Gelu", output, [input], ("approximate", "none")),
        Activation.GeluTanh => graph.Node("Gelu", output, [input], ("approximate", "tanh")),
        Activation.Relu => graph.Node("Relu", output, [input]),
        _ => throw new ModelFileException($"The activation {activation} has no graph; known are {string.Join(", ", Enum.GetNames<Activation>())}."),
    };

    /// <summary>What follows attention in a layer: residual, norm, feed-forward, residual, norm. [.., hidden] in and out.</summary>
    public string FeedForward(string attention, string residual, int layer)
    {
        string prefix = $"layer{layer}";
        string sum = graph.Node("Add", prefix + "/attention_residual", [attention, residual]);
        string state = Norm(sum, TensorNames.AttentionNorm(layer));
        string inner = Activate(Linear(state, TensorNames.Intermediate(layer)), artifact.Encoder.Activation, prefix + "/activation");
        string output = Linear(inner, TensorNames.FeedForwardOutput(layer));
        return Norm(graph.Node("Add", prefix + "/feed_forward_residual", [output, state]), TensorNames.FeedForwardNorm(layer));
    }

    /// <summary>The state of the first token, [batch, hidden], of states [batch, sequence, hidden].</summary>
    public string FirstToken(string states) =>
        graph.Node("Gather", "first_token", [states, graph.Scalar("first_index", 0L)], ("axis", 1L));

    /// <summary>BERT's pooler over the first token's state.</summary>
    public string Pooler(string firstToken) => graph.Node("Tanh", "pooler/out", [Linear(firstToken, TensorNames.Pooler)]);

    /// <summary>The states of the mask tokens, [masks, hidden], in row-major order over the ids, of states [batch, sequence, hidden].</summary>
    public string AtMasks(string states)
    {
        int mask = artifact.Vocabulary.ToList().IndexOf(artifact.Tokenizer.MaskToken);
        string found = graph.Node("NonZero", "masks/columns", [graph.Node("Equal", "masks/found", ["input_ids", graph.Scalar("masks/id", mask)])]); // [2, masks]
        return graph.Node("GatherND", "masks/states", [states, graph.Node("Transpose", "masks/places", [found], ("perm", new long[] { 1, 0 }))]);
    }

    /// <summary>Features [batch, hidden], of models that answer for tokens [batch, sequence, hidden], of masks alone [masks, hidden] → the graph's outputs.</summary>
    /// <param name="features">Their name.</param>
    /// <param name="atMasks">Whether they are those of masks alone.</param>
    public void Head(string features, bool atMasks = false)
    {
        if (artifact.Head.Kind == HeadKind.MaskedLm)
        {
            MaskedHead(features, atMasks);
            return;
        }
        if (artifact.Head.Kind == HeadKind.None)
        {
            graph.Output(graph.Node("Identity", "features", [features]), DataType.Float, "batch", artifact.Encoder.HiddenWidth);
            return;
        }
        if (artifact.MoreTasks.Count > 0)
        {
            new TaskHeads(graph, this, artifact).Emit(features);
            return;
        }
        TaskDescription task = artifact.Tasks[0];
        string logits = Logits(features, task, "", "logits");
        graph.Output(logits, DataType.Float, OutputShape);
        if (Probabilities(logits, task, "", "probabilities") is { } probabilities) graph.Output(probabilities, DataType.Float, OutputShape);
    }

    // ELECTRA's generator goes back to the width of its embeddings, always with GELU.
    private void MaskedHead(string states, bool atMasks)
    {
        Activation activation = artifact.Encoder.Architecture == Architecture.Electra ? Activation.Gelu : artifact.Encoder.Activation;
        string inner = Norm(Activate(Linear(states, TensorNames.MaskedDense), activation, "head/activation"), TensorNames.MaskedNorm);
        string bias = Weight(TensorNames.MaskedOutputBias);
        // Gemm reads the table as it lies, where MatMul would need a second one; but it takes matrices only.
        string logits = atMasks
            ? graph.Node("Gemm", "logits", [inner, RowTable(), bias], ("transB", 1L))
            : graph.Node("Add", "logits", [graph.Node("MatMul", "head/product", [inner, OutputTable()]), bias]);
        graph.Output(logits, DataType.Float, atMasks ? ["masks", artifact.AnswerWidth] : OutputShape);
    }

    // [vocabulary, embedding width]. Masks are few: their products stay in fp32, where an int8 table is taken out of its steps once, at loading, and not at every run.
    private string RowTable()
    {
        TensorData table = artifact.Weights[TensorNames.WordEmbeddings];
        return table.Scales is null ? Weight(TensorNames.WordEmbeddings) : graph.Constant("head/table", table.ToFloats(), [.. table.Shape]);
    }

    // [embedding width, vocabulary]. Graphs that keep the word table themselves may have it in another type.
    private string OutputTable()
    {
        TensorData table = artifact.Weights[TensorNames.WordEmbeddings];
        if (_int8Tables.Contains(TensorNames.WordEmbeddings))
        {
            // As the lookup has it, so that a file holds it once; ONNX Runtime computes it once, at loading.
            string values = graph.Node("Cast", "head/table/float", [TensorNames.WordEmbeddings], ("to", (long)DataType.Float));
            return Turned(graph.Node("Mul", "head/table/rows", [values, TensorNames.WordEmbeddings + ".scale"]));
        }
        if (_weights.Contains(TensorNames.WordEmbeddings)) return Turned(TensorNames.WordEmbeddings);
        table = table.Transposed();
        return graph.Constant("head/table", table.ToFloats(), [.. table.Shape]);

        string Turned(string rows) => graph.Node("Transpose", "head/table", [rows], ("perm", new long[] { 1, 0 }));
    }

    /// <summary>Features → logits of a task, [batch, labels], of documents [batch, sequence, labels].</summary>
    /// <param name="features">What the head reads.</param>
    /// <param name="task">The task.</param>
    /// <param name="prefix">What stands before the names of its weights.</param>
    /// <param name="output">Name of the logits.</param>
    public string Logits(string features, TaskDescription task, string prefix, string output)
    {
        HeadConfig head = task.Head;
        if (head.Kind == HeadKind.Electra)
            features = Activate(Linear(features, prefix + TensorNames.HeadDense), Activation.Gelu, prefix + "head/activation");
        for (int layer = 0; layer < (head.HiddenWidths?.Count ?? 0); layer++)
            features = Activate(Linear(features, prefix + TensorNames.HeadHidden(layer)), Activation.Relu, $"{prefix}head/activation{layer}");
        string last = prefix + TensorNames.HeadOutput;
        string logits = graph.Node("Add", head.IsCumulative ? prefix + "score" : output, [MatMul(features, last), Weight(TensorNames.Bias(last))]);
        if (!head.IsCumulative) return logits;
        string stored = prefix + TensorNames.HeadThresholds;
        return new OrderedGraph(graph, prefix, task.Labels.Count).LogProbabilities(logits, Weight(stored), artifact.Weights[stored].ToFloats(), output);
    }

    /// <summary>Logits of a task → its probabilities, of the same shape; null where it has none.</summary>
    /// <param name="logits">The logits.</param>
    /// <param name="task">The task.</param>
    /// <param name="prefix">What stands before the names of values between.</param>
    /// <param name="output">Name of the probabilities.</param>
    public string? Probabilities(string logits, TaskDescription task, string prefix, string output)
    {
        if (!ModelDescription.HasProbabilities(task.ProblemType)) return null;
        string scaled = task.Calibration.Temperature == 1.0
            ? logits
            : graph.Node("Div", prefix + "scaled_logits", [logits, graph.Scalar(prefix + "temperature", (float)task.Calibration.Temperature)]);
        return task.ProblemType == ProblemType.MultiLabel
            ? graph.Node("Sigmoid", output, [scaled])
            : graph.Node("Softmax", output, [scaled], ("axis", -1L));
    }

    private object[] OutputShape => artifact.IsPerToken ? ["batch", "sequence", artifact.AnswerWidth] : ["batch", artifact.AnswerWidth];
}
