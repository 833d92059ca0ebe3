using System.Globalization;
using System.Threading.Channels;
using ActorP2P.Program.Commands;

namespace ActorP2P.Program.Demo;

/// <summary>How the demo ended.</summary>
/// <param name="Figures">The figures of the last line.</param>
/// <param name="Shortfalls">What is short or wrong; empty when all is well.</param>
internal sealed record DemoOutcome(string Figures, IReadOnlyList<string> Shortfalls);

/// <summary>
/// The course of the demo: start, phase one, kill and restart, phase two beside a foreign node, leave. One loop takes
/// the events of all processes, so nothing here is shared between threads. Every process is ended before it returns.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private static readonly TimeSpan LinkLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan PhaseMargin = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan RefusalLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(10);

    private readonly DemoNetwork _network;
    private readonly DemoPlan _plan;
    private readonly DemoState _state;
    private readonly IDemoView _view;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stop;
    private readonly TimeSpan _phaseLimit;
    private readonly DemoProcess?[] _processes;
    private readonly Channel<DemoEvent> _events = Channel.CreateBounded<DemoEvent>(new BoundedChannelOptions(4096) { SingleReader = true });
    private int _links;

    public DemoRun(DemoOptions options, DemoNetwork network, DemoPlan plan, IDemoView view, TimeProvider time, CancellationToken stop)
    {
        _network = network;
        _plan = plan;
        _state = new DemoState(plan, network.FileHash);
        _view = view;
        _time = time;
        _stop = stop;
        _phaseLimit = TimeSpan.FromSeconds(options.Seconds) + PhaseMargin;
        _processes = new DemoProcess?[plan.Nodes + 1];
    }

    // Not the first, whose file of phase one must still be known to the others after the kill.
    private int Victim => _plan.Nodes - 1;

    private int IntruderIndex => _plan.Nodes;

    /// <summary>Runs it all. A stage that fails ends the run; the figures say how far it came.</summary>
    public async Task<DemoOutcome> RunAsync()
    {
        var shortfall = await RunStagesAsync();
        _view.Finish(_state);
        var shortfalls = _state.Shortfalls(_links);
        return new DemoOutcome(_state.Figures(_links), shortfall is null ? shortfalls : [shortfall, .. shortfalls]);
    }

    public async ValueTask DisposeAsync()
    {
        // The reader may be gone: processes must still be able to report their end.
        var ending = _processes.Select(static p => p?.DisposeAsync().AsTask() ?? Task.CompletedTask).ToList();
        while (!Task.WhenAll(ending).IsCompleted && await _events.Reader.WaitToReadAsync())
        {
            while (_events.Reader.TryRead(out _))
            {
            }

            await Task.WhenAny(Task.WhenAll(ending), _events.Reader.WaitToReadAsync().AsTask());
        }
    }

    private async Task<string?> RunStagesAsync() =>
        await StartMembersAsync()
        ?? await RunPhaseAsync(1)
        ?? await KillAndRestartAsync()
        ?? StartIntruder()
        ?? await RunPhaseAsync(2)
        ?? await JudgeIntruderAsync()
        ?? await LeaveAsync();

    private async Task<string?> StartMembersAsync()
    {
        _view.Stage($"starting {_plan.Nodes} nodes, a process each");
        for (var node = 0; node < _plan.Nodes; node++)
        {
            StartMember(node);
        }

        var failure = await UntilAsync(IsMeshed, LinkLimit, () => $"{_state.LinksUp()} of {_plan.Links} links are up after {LinkLimit.TotalSeconds:0} s");
        _links = _state.LinksUp();
        return failure;
    }

    private async Task<string?> RunPhaseAsync(int phase)
    {
        _view.Stage($"phase {phase}: {_plan.Rounds} rounds of unicast, request, multicast and broadcast; status; a file of {DemoNetwork.FileLengthBytes / (1024 * 1024)} MiB");
        for (var node = 0; node < _plan.Nodes; node++)
        {
            await _processes[node]!.SendAsync(string.Create(CultureInfo.InvariantCulture, $"phase {phase}"));
        }

        var failure = await UntilAsync(() => _state.IsComplete(phase), _phaseLimit, () => $"phase {phase} is not complete after {_phaseLimit.TotalSeconds:0} s{WhatIsMissing(phase)}");
        _state.Freeze(phase);
        return failure;
    }

    private string WhatIsMissing(int phase)
    {
        var text = new System.Text.StringBuilder();
        for (var node = 0; node < _plan.Nodes; node++)
        {
            var (counts, expected) = (_state.CountsOf(node, phase), _plan.ExpectedAt(node, phase));
            if (!counts.Reaches(expected))
            {
                text.Append(CultureInfo.InvariantCulture, $", node{node} has u{counts.Unicast}/{expected.Unicast} r{counts.Request}/{expected.Request} m{counts.Multicast}/{expected.Multicast} b{counts.Broadcast}/{expected.Broadcast} s{counts.State}/{expected.State}");
            }
        }

        return text.ToString();
    }

    private async Task<string?> KillAndRestartAsync()
    {
        _view.Stage($"killing node{Victim} with SIGKILL");
        _state.MayEnd.Add(Victim);
        _processes[Victim]!.Kill();
        var unnoticed = await UntilAsync(
            () => !_state.Nodes[Victim].IsRunning && _state.AllNoticedLossOf(Victim),
            NoticeLimit,
            () => $"not everybody noticed the loss of node{Victim} in {NoticeLimit.TotalSeconds:0} s");
        if (unnoticed is not null)
        {
            return unnoticed;
        }

        _view.Stage($"everybody noticed; starting node{Victim} again");
        await _processes[Victim]!.DisposeAsync();
        _state.MayEnd.Remove(Victim);
        StartMember(Victim);
        var failure = await UntilAsync(IsMeshed, LinkLimit, () => $"node{Victim} has {_state.SessionsOf(Victim)} of {_plan.Nodes - 1} links {LinkLimit.TotalSeconds:0} s after its restart");
        _links = _state.LinksUp();
        _state.Reconnects = failure is null ? 1 : 0;
        return failure;
    }

    private string? StartIntruder()
    {
        _view.Stage("a node with a certificate of a foreign CA knocks at every member");
        var node = _state.Nodes[IntruderIndex];
        node.BeginLife();
        _processes[IntruderIndex] = DemoProcess.Start(
            IntruderIndex, node.Life, ["node", "run", "--json-events", "--config", _network.Intruder.ConfigFile], _events.Writer);
        return _state.Rejections == 0 ? null : $"{_state.Rejections} remotes were refused before the foreign node came: {LastRejection()}";
    }

    private async Task<string?> JudgeIntruderAsync()
    {
        var failure = await UntilAsync(() => _state.Rejections > 0, RefusalLimit, static () => "nobody reported that the foreign node was refused");
        if (failure is not null)
        {
            return failure;
        }

        if (_state.IntruderIsIn(_network.Intruder.Id.ToString()))
        {
            return "the foreign node was let in";
        }

        _view.Stage($"the foreign node was refused: {LastRejection()}");
        _state.Refused = 1;
        _state.MayEnd.Add(IntruderIndex);
        await _processes[IntruderIndex]!.DisposeAsync();
        return null;
    }

    private string LastRejection() => _state.Nodes.Select(static n => n.LastRejection).FirstOrDefault(static r => r.Length > 0) ?? "";

    private async Task<string?> LeaveAsync()
    {
        _view.Stage("all nodes leave in order");
        for (var node = 0; node < _plan.Nodes; node++)
        {
            _state.MayEnd.Add(node);
            await _processes[node]!.SendAsync("stop");
        }

        return await UntilAsync(
            () => _state.Nodes.Take(_plan.Nodes).All(static n => n is { HasLeft: true, IsRunning: false }),
            LeaveLimit,
            () => $"nodes did not leave in order in {LeaveLimit.TotalSeconds:0} s: {string.Join(", ", Enumerable.Range(0, _plan.Nodes).Where(n => !_state.Nodes[n].HasLeft || _state.Nodes[n].IsRunning).Select(static n => $"node{n}"))}");
    }

    private void StartMember(int index)
    {
        var node = _state.Nodes[index];
        node.BeginLife();
        _processes[index] = DemoProcess.Start(
            index, node.Life, [DemoNodeCommand.Name, "--config", _network.Members[index].ConfigFile, "--plan", _network.PlanFiles[index]], _events.Writer);
    }

    private bool IsMeshed() => _state.LinksUp() == _plan.Links && _state.Nodes.Take(_plan.Nodes).All(static n => n.IsReady);

    /// <summary>Takes events until the condition holds. Null on success, else why not.</summary>
    private async Task<string?> UntilAsync(Func<bool> holds, TimeSpan limit, Func<string> otherwise)
    {
        using var deadline = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop);
        try
        {
            while (!holds())
            {
                _state.Apply(await _events.Reader.ReadAsync(either.Token));
                _view.Update(_state);
                if (_state.UnexpectedEnd is { } ended)
                {
                    return ended;
                }
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            return _stop.IsCancellationRequested ? "interrupted" : otherwise();
        }
    }
}
