using System.Diagnostics;
using ActorP2P.Protocol.Dissemination;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Routing;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Benchmarks.Dissemination;

/// <summary>An origin and a relay with somebody behind it: pure cores, a real curve, no transport.</summary>
internal sealed class RelayLine
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(60);

    private readonly MulticastCore _origin;
    private readonly MulticastCore _relay;
    private readonly NodeId _originId;
    private readonly NodeId _relayId;
    private readonly List<MulticastEffect> _effects = [];

    public RelayLine(DisseminationSettings settings, bool isSigned)
    {
        var keys = Enumerable.Range(0, 3).Select(static _ => IdentityCurves.P256.GenerateKey(SystemRandomSource.Instance)).ToArray();
        (_originId, _relayId) = (keys[0].Id, keys[1].Id);
        _origin = NewCore(settings, keys[0], isSigned);
        _relay = NewCore(settings, keys[1], isSigned);
        var (first, middle, last) = (keys[0].Id, keys[1].Id, keys[2].Id);
        var graph = LinkGraph.FromClaims(
        [
            new LinkClaim(first, [middle.Reference]),
            new LinkClaim(middle, [first.Reference, last.Reference]),
            new LinkClaim(last, [middle.Reference]),
        ]);
        var members = keys.ToDictionary(static key => key.Id, static _ => (IReadOnlySet<string>?)null);
        var view = new MulticastView(graph, members, Everybody.Instance);
        _origin.HandlePeerUp(middle, Start, _effects);
        _origin.HandleView(view, Start, _effects);
        _relay.HandlePeerUp(first, Start, _effects);
        _relay.HandlePeerUp(last, Start, _effects);
        _relay.HandleView(view, Start, _effects);
        _effects.Clear();
    }

    /// <summary>Messages a second that the origin signs and sends.</summary>
    public double Publish(int messages, int payloadBytes, int flush) => PerSecond(messages, Messages(messages, payloadBytes, flush).Elapsed);

    /// <summary>Messages a second that the relay judges, delivers and passes on.</summary>
    public double Relay(int messages, int payloadBytes, int flush)
    {
        var sent = Messages(messages, payloadBytes, flush).Sent;
        var started = Stopwatch.GetTimestamp();
        foreach (var message in sent)
        {
            _relay.HandleReceived(_originId, message, Start, _effects);
            _effects.Clear();
        }

        return PerSecond(messages, Stopwatch.GetElapsedTime(started));
    }

    private static MulticastCore NewCore(DisseminationSettings settings, INodeKey key, bool isSigned) =>
        new(settings, new PublicationScope("benchmark", "chain"), IdentityCurves.P256, key, epoch: 1, seqBase: 0, maxTypeBytes: 128, isSigned);

    private static double PerSecond(int messages, TimeSpan elapsed) => messages / elapsed.TotalSeconds;

    private (List<byte[]> Sent, TimeSpan Elapsed) Messages(int messages, int payloadBytes, int flush)
    {
        var payload = new byte[payloadBytes];
        var sends = new List<MulticastEffect.Send>(messages);
        var started = Stopwatch.GetTimestamp();
        for (var i = 1; i <= messages; i++)
        {
            _origin.Publish(null, "block", payload, Lane.Gossip, Start, _effects);
            if (i % flush == 0 || i == messages)
            {
                _origin.Flush(Start, _effects);
                sends.AddRange(_effects.OfType<MulticastEffect.Send>().Where(send => send.To == _relayId));
                _effects.Clear();
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        return (sends.ConvertAll(static send => (byte[])[.. send.Head.Span, .. send.Payload.Span]), elapsed);
    }

    private sealed class Everybody : IMembership
    {
        public static readonly Everybody Instance = new();

        public MembershipVerdict Check(NodeId node) => MembershipVerdict.Member;
    }
}
