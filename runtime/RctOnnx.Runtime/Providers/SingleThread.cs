using System.Collections.Concurrent;

namespace RctOnnx.Runtime;

/// <summary>
/// Does work on one thread of its own, one piece after the other. ONNX Runtime keeps recorded CUDA graphs by thread and forbids a
/// session that has them to be run from several.
/// </summary>
internal sealed class SingleThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    /// <summary>Starts the thread.</summary>
    public SingleThread(string name)
    {
        _thread = new Thread(Work) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Does a piece of work there and waits for it; what it throws is thrown here.</summary>
    public T Run<T>(Func<T> work)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the thread when its work is done.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (Action work in _work.GetConsumingEnumerable()) work();
    }
}
