using System.Diagnostics;
using System.Text.Json;
using RctOnnx.Bench.Compare;

namespace RctOnnx.Bench.Peers;

/// <summary>A process of onnxruntime-node that holds one model and runs when it is told to.</summary>
internal sealed class NodePeer : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Process _process;

    private NodePeer(Process process) => _process = process;

    /// <summary>Starts a process and waits until the model is loaded.</summary>
    /// <param name="model">The peer's graph with weights.</param>
    /// <param name="files">Texts and tokenizer.</param>
    /// <param name="maxLength">Tokens that longer texts are cut to.</param>
    /// <param name="workers">Workers with a session each.</param>
    /// <param name="threads">Threads of each session.</param>
    /// <exception cref="ProviderException">Node.js is missing, or the peer fails.</exception>
    public static NodePeer Start(string model, PeerFiles files, int maxLength, int workers, int threads)
    {
        string script = NodePackages.Install();
        NodePeer peer = new(NodePackages.Start("node", Path.GetDirectoryName(script)!, script, model, files.Texts, files.Tokenizer, $"{maxLength}", $"{workers}", $"{threads}"));
        try
        {
            peer.Receive<Ready>();
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Classifies the first <paramref name="limit"/> texts in batches sorted by length.</summary>
    public Pass Run(int batch, int limit)
    {
        RoundAnswer answer = Ask<RoundAnswer>(new { batch, limit });
        return new Pass(limit, answer.Seconds, answer.EngineSeconds, answer.Labels[..limit]);
    }

    /// <summary>Classifies one text and returns the seconds it took, measured inside the process.</summary>
    public double RunOne(int place) => Ask<OneAnswer>(new { one = place }).Seconds;

    public void Dispose()
    {
        _process.StandardInput.Close(); // the peer ends with its input
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5))) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private T Ask<T>(object request)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(request, Json));
        _process.StandardInput.Flush();
        return Receive<T>();
    }

    private T Receive<T>()
    {
        string? line = _process.StandardOutput.ReadLine();
        return line is null
            ? throw new ProviderException("The peer onnxruntime-node ended before it answered; its message stands above.")
            : JsonSerializer.Deserialize<T>(line, Json)!;
    }

    private sealed record Ready;

    private sealed record RoundAnswer(double Seconds, double EngineSeconds, int[] Labels);

    private sealed record OneAnswer(double Seconds);
}
