using ActorP2P.Fuzz.Engine;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tests.Identity;
using static ActorP2P.Fuzz.Engine.PromiseBrokenException;

namespace ActorP2P.Fuzz.Targets;

/// <summary>Entries of the link session from a member that lies, offers of namespaces among them.</summary>
internal sealed class LinkEntryTarget : FuzzTarget
{
    private const int MaxNamespaces = 4;

    private readonly Lazy<(PairSession Alice, PairSession Bob)> _pairs = new(() => HandshakePair.Sessions());

    public override string Name => "link-entries";

    public override string About => "LinkEntries, and SessionOffers behind them";

    public override long AllocationBaseBytes => 256 * 1024;

    public override long AllocationFactor => 512;

    public override IEnumerable<byte[]> Seeds()
    {
        var tag = _pairs.Value.Bob.OfferTag("ns");
        byte[] nonce = [.. Enumerable.Range(0, LinkEntries.NonceLengthBytes).Select(at => (byte)at)];
        yield return Parts.Join(
            [(byte)Lane.Control, .. Entry(new LinkEntry(LinkEntryKind.Ping, 7, default)), .. Entry(new LinkEntry(LinkEntryKind.Offer, tag, nonce))],
            [(byte)Lane.Control, .. Entry(new LinkEntry(LinkEntryKind.Withdraw, tag, default)), .. Entry(LinkEntries.Goodbye("stopping"))]);
        yield return Parts.Join(
            [(byte)Lane.Control, .. Entry(new LinkEntry(LinkEntryKind.Confirm, 0, default)), .. Entry(new LinkEntry(LinkEntryKind.Beat, 0, default))],
            [(byte)Lane.Gossip, .. Entry(new LinkEntry(LinkEntryKind.Topology, 0, new byte[20]))]);
    }

    public override void Run(byte[] input)
    {
        var effects = new List<OfferEffect>();
        var offers = new SessionOffers(_pairs.Value.Alice, MaxNamespaces, new SeededRandom(5));
        offers.Serve([new ServedNamespace("ns", 1)], effects);
        foreach (var part in Parts.Split(input).Where(part => part.Length > 0 && Lanes.IsKnown(part[0])))
        {
            ReadOnlyMemory<byte> record = part.AsMemory(1);
            while (record.Length > 0 && LinkEntries.TryRead(ref record, (Lane)part[0], out var entry, out _))
            {
                WritesBack(entry);
                Apply(offers, entry, effects);
            }
        }

        offers.Close("over", effects);
        var up = effects.OfType<OfferEffect.SessionUp>().ToList();
        Unless(up.Count == effects.OfType<OfferEffect.SessionDown>().Count(), "every session that came up went down");
        up.ForEach(session => session.Session.Dispose());
    }

    public override byte[]? Mutate(byte[] input, Random random) =>
        Parts.Mutate(input, random, part => ByteMutator.Mutate(part, part, MaxInputBytes, random));

    private static void Apply(SessionOffers offers, LinkEntry entry, List<OfferEffect> effects)
    {
        switch (entry.Kind)
        {
            case LinkEntryKind.Offer:
                offers.RemoteOffer(entry.Number, entry.Bytes.Span, effects);
                break;
            case LinkEntryKind.Withdraw:
                offers.RemoteWithdraw(entry.Number, effects);
                break;
        }
    }

    private static void WritesBack(LinkEntry entry)
    {
        var bytes = Entry(entry);
        Unless(bytes.Length == LinkEntries.LengthBytes(entry), "an entry that was read can be written");
    }

    private static byte[] Entry(LinkEntry entry)
    {
        var bytes = new byte[LinkEntries.LengthBytes(entry)];
        LinkEntries.Write(entry, bytes);
        return bytes;
    }
}
