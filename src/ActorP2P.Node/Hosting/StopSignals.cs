using System.Runtime.InteropServices;

namespace ActorP2P.Program.Hosting;

/// <summary>SIGTERM and Ctrl-C as a token, SIGHUP as a call. The second signal ends the process at once, as people expect.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _terminate;
    private readonly PosixSignalRegistration _interrupt;
    private PosixSignalRegistration? _hangUp;

    public StopSignals()
    {
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Completes with the first signal.</summary>
    public Task Signalled => _signalled.Task;

    /// <summary>Calls <paramref name="reload"/> at each SIGHUP from now on, in place of the end that the system has for it.</summary>
    public void OnHangUp(Action reload)
    {
        _hangUp?.Dispose();
        _hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            reload();
        });
    }

    public void Dispose()
    {
        _hangUp?.Dispose();
        _terminate.Dispose();
        _interrupt.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = _signalled.TrySetResult();
        _stop.Cancel();
    }
}
