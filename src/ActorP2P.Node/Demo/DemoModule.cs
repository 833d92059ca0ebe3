using System.Security.Cryptography;
using ActorP2P.Program.Hosting;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Program.Demo;

/// <summary>
/// The upstream module of a demo node: sends what the plan says when it is told to begin a phase, proves and counts
/// what it receives, answers requests, and reports as JSON lines.
/// </summary>
internal sealed class DemoModule : ReceiveActor, IWithTimers
{
    private const int MaxProblems = 5;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromMilliseconds(200);

    private static readonly (string Namespace, string Type, Lane Lane)[] Registrations =
    [
        (DemoPlan.DirectNamespace, DemoSender.Unicast, Lane.Consensus),
        (DemoPlan.DirectNamespace, DemoSender.Request, Lane.Request),
        (DemoPlan.GroupNamespace, DemoSender.Multicast, Lane.Gossip),
        (DemoPlan.GroupNamespace, DemoSender.Broadcast, Lane.Gossip),
        (DemoPlan.GroupNamespace, DemoSender.File, Lane.Bulk),
    ];

    private readonly DemoPlan _plan;
    private readonly IReadOnlyList<NodeId> _nodes;
    private readonly IActorRef _router;
    private readonly JsonLineWriter _lines;
    private readonly DemoSender _sender;
    private readonly DemoTally _tally;
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _problems = new(StringComparer.Ordinal);
    private int _failed;
    private int _retries;
    private int _phase;
    private int _round;
    private (int, DemoCounts, int, int, int) _reported;

    public DemoModule(DemoPlan plan, IActorRef router, JsonLineWriter lines)
    {
        _plan = plan;
        _router = router;
        _lines = lines;
        _tally = new DemoTally(plan);
        _nodes = [.. plan.NodeIds.Select(static hex => NodeId.TryParse(hex, out var id) ? id : throw new FormatException("The plan holds a malformed node ID."))];
        _sender = new DemoSender(plan, _nodes, router, Self);
        foreach (var (ns, type, _) in Registrations)
        {
            _awaited.Add($"{ns}/{type}");
        }

        foreach (var topic in OwnTopics())
        {
            _awaited.Add(topic);
        }

        ReceivePreparation();
        ReceiveMessages();
        ReceiveOutcomes();
        Receive<BeginPhase>(Begin);
        Receive<NextRound>(_ => SendNextRound());
        Receive<DemoSender.Again>(again => _router.Tell(again.Message));
        Receive<ReportNow>(_ => ReportTally());
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _router.Tell(new NamespaceRouter.Open(DemoPlan.DirectNamespace));
        _router.Tell(new NamespaceRouter.Open(DemoPlan.GroupNamespace));
        Timers.StartPeriodicTimer("report", ReportNow.Instance, ReportInterval);
    }

    private IEnumerable<string> OwnTopics() => DemoPlan.Topics.Where(topic => DemoPlan.Follows(_plan.Self, topic));

    private void ReceivePreparation()
    {
        Receive<Opened>(Prepare);
        Receive<Registered>(m => NoteReady($"{m.Namespace}/{m.Type}"));
        Receive<Subscribed>(m => NoteReady(m.Topic));
        Receive<OpenRefused>(m => Problem($"{m.Namespace} not opened: {m.Reason}"));
        Receive<RegisterRefused>(m => Problem($"{m.Type} not registered: {m.Reason}"));
        Receive<StateRefused>(m => Problem($"{m.Subject} refused: {m.Reason}"));
        Receive<StatusSet>(static _ => { });
    }

    private void ReceiveMessages()
    {
        Receive<Delivery>(Take);
        Receive<Reply>(TakeReply);
        Receive<ObserveSnapshot>(TakeSnapshot);
        Receive<StatusChanged>(m => _tally.SeeStatus(m.Node, m.Key, m.Value.Span));
        Receive<TopicsChanged>(m => _tally.SeeTopics(m.Node, m.Topics));
    }

    private void ReceiveOutcomes()
    {
        Receive<Published>(static _ => { });
        Receive<Ready>(static _ => { });
        Receive<SendRefused>(m => FailedOrAgain(m.Reason, m.Message, "send refused"));
        Receive<SendFailed>(m => FailedOrAgain(m.Reason, m.CorrelationId, $"{m.Type} failed"));
        Receive<RequestFailed>(m => FailedOrAgain(m.Reason, null, $"{m.Type} failed"));
    }

    private void Prepare(Opened opened)
    {
        foreach (var (ns, type, lane) in Registrations.Where(r => r.Namespace == opened.Namespace))
        {
            _router.Tell(new NamespaceRouter.Register(ns, type, Self, lane));
        }

        if (opened.Namespace == DemoPlan.GroupNamespace)
        {
            foreach (var topic in OwnTopics())
            {
                _router.Tell(new NamespaceRouter.Subscribe(DemoPlan.GroupNamespace, topic));
            }

            _router.Tell(new NamespaceRouter.Observe(DemoPlan.GroupNamespace, Self, [typeof(StatusChanged), typeof(TopicsChanged)]));
        }
    }

    private void NoteReady(string what)
    {
        if (_awaited.Remove(what) && _awaited.Count == 0)
        {
            _lines.Write("ready");
        }
    }

    private void Begin(BeginPhase begin)
    {
        (_phase, _round) = (begin.Phase, 0);
        _sender.SetStatus(_phase);
        if (begin.File is { } file)
        {
            _sender.SendFile(file);
        }

        Timers.StartPeriodicTimer("round", NextRound.Instance, TimeSpan.FromMilliseconds(_plan.RoundIntervalMs));
    }

    private void SendNextRound()
    {
        if (_round == _plan.Rounds)
        {
            Timers.Cancel("round");
            return;
        }

        _sender.SendRound(_phase, _round++);
    }

    private void Take(Delivery delivery)
    {
        switch (delivery.Type)
        {
            case DemoSender.Unicast:
                _tally.Receive("unicast", delivery.Origin, delivery.Topic, delivery.Payload.Span);
                break;
            case DemoSender.Request:
                Sender.Tell(SHA256.HashData(delivery.Payload.Span));
                break;
            case DemoSender.Multicast:
                _tally.Receive("multicast", delivery.Origin, delivery.Topic, delivery.Payload.Span);
                break;
            case DemoSender.Broadcast:
                _tally.Receive("broadcast", delivery.Origin, delivery.Topic, delivery.Payload.Span);
                break;
            case DemoSender.File:
                TakeFile(delivery);
                break;
        }
    }

    private void TakeFile(Delivery delivery)
    {
        for (var phase = 1; phase <= DemoPlan.Phases; phase++)
        {
            // Each phase has another origin, so a retained file of the first is not taken for the second's.
            if (_nodes[_plan.FileOrigin(phase)] == delivery.Origin)
            {
                _tally.CountFile(phase);
                var (bytes, hash, of) = (delivery.Payload.Length, Convert.ToHexStringLower(SHA256.HashData(delivery.Payload.Span)), phase);
                _lines.Write("file", json =>
                {
                    json.WriteNumber("phase", of);
                    json.WriteNumber("bytes", bytes);
                    json.WriteString("sha256", hash);
                });
                return;
            }
        }

        _tally.CountWrong();
    }

    private void TakeReply(Reply reply)
    {
        if (reply.CorrelationId is DemoMessage asked && reply.Payload.Span.SequenceEqual(SHA256.HashData(asked.ToBytes())))
        {
            _tally.Count(asked);
        }
        else
        {
            _tally.CountWrong();
        }
    }

    private void TakeSnapshot(ObserveSnapshot snapshot)
    {
        foreach (var (topic, nodes) in snapshot.Topics.Subscribers)
        {
            foreach (var node in nodes)
            {
                _tally.SeeTopic(node, topic);
            }
        }

        foreach (var status in snapshot.Status)
        {
            foreach (var (key, value) in status.Entries)
            {
                _tally.SeeStatus(status.Node, key, value.Span);
            }
        }
    }

    private void FailedOrAgain(SendFailure reason, object? correlation, string what)
    {
        var message = correlation is DemoSender.Again publication ? publication.Message : correlation;
        if (reason == SendFailure.Busy && message is NamespaceRouter.INamespaceMessage)
        {
            Timers.StartSingleTimer($"again-{_retries++}", new DemoSender.Again { Message = message }, RetryDelay);
        }
        else
        {
            _failed++;
            Problem($"{what}: {reason}");
        }
    }

    private void Problem(string text)
    {
        if (_problems.Count < MaxProblems || _problems.ContainsKey(text))
        {
            _problems[text] = _problems.GetValueOrDefault(text) + 1;
        }
    }

    private void ReportTally()
    {
        if (_phase == 0 && _problems.Count == 0)
        {
            return;
        }

        var counts = _tally.Counts(_phase);
        var report = (_phase, counts, _tally.Wrong, _failed, _problems.Count);
        if (report == _reported)
        {
            return;
        }

        _reported = report;
        _lines.Write("tally", json =>
        {
            json.WriteNumber("phase", _phase);
            json.WriteNumber("unicast", counts.Unicast);
            json.WriteNumber("request", counts.Request);
            json.WriteNumber("multicast", counts.Multicast);
            json.WriteNumber("broadcast", counts.Broadcast);
            json.WriteNumber("state", counts.State);
            json.WriteNumber("wrong", _tally.Wrong);
            json.WriteNumber("repeated", _tally.Repeated);
            json.WriteNumber("failed", _failed);
            json.WriteString("problems", string.Join("; ", _problems.Select(static p => $"{p.Key} ({p.Value})")));
        });
    }

    /// <summary>Begin to send.</summary>
    /// <param name="Phase">1 or 2.</param>
    /// <param name="File">The file's bytes when this node broadcasts it in this phase.</param>
    internal sealed record BeginPhase(int Phase, byte[]? File);

    private sealed record NextRound
    {
        public static readonly NextRound Instance = new();
    }

    private sealed record ReportNow
    {
        public static readonly ReportNow Instance = new();
    }
}
