using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>Certificates and their ends: ours, and those of all members.</content>
public sealed partial class Topology
{
    // The days that are left change once a day; an hour keeps the figure good enough after a clock was set.
    private static readonly TimeSpan ExpiryLookInterval = TimeSpan.FromHours(1);

    // A renewed chain or list moved the end of a link that is up.
    private void TellCertificateEnds(MembershipEffect.Changed changed)
    {
        if (changed.Node is { } only)
        {
            TellCertificateEnd(only, changed.Snapshot);
            return;
        }

        foreach (var node in _links.Keys)
        {
            TellCertificateEnd(node, changed.Snapshot);
        }
    }

    private void TellCertificateEnd(NodeId node, MembershipSnapshot snapshot)
    {
        if (_links.TryGetValue(node, out var link) && snapshot.TryGet(node, out var standing) && standing.Verdict == MembershipVerdict.Member)
        {
            link.Tell(new Link.UseCertificateEnd(standing.NotAfter));
        }
    }

    private void LookAtCertificateEnds()
    {
        var now = Now;
        var members = new List<KeyValuePair<NodeId, DateTimeOffset>>();
        var least = DateTimeOffset.MaxValue;
        foreach (var end in _membership.Snapshot.CertificateEnds)
        {
            if (end.Key != OwnId)
            {
                members.Add(end);
                least = end.Value < least ? end.Value : least;
            }
        }

        var own = KeyValuePair.Create(OwnId, _environment.Trust.Identity.NotAfter);
        _environment.Counters.Set("certificate.days-left.own", ExpiryWatch.DaysLeft(own.Value, now));
        if (members.Count > 0)
        {
            _environment.Counters.Set("certificate.days-left.least-of-members", ExpiryWatch.DaysLeft(least, now));
        }

        var news = _expiry.Look(members.Prepend(own), now);
        Context.Parent.Tell(new Hypernet.CertificatesExpiring(_expiry.Expiring(now), news));
    }
}
