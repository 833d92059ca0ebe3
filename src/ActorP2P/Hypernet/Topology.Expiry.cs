using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>Certificates and their ends: ours, and those of all members.</content>
public sealed partial class Topology
{
    // The days that are left change once a day; an hour keeps the figure good enough after a clock was set.
    private static readonly TimeSpan ExpiryLookInterval = TimeSpan.FromHours(1);

    // A renewed chain or list moved the end of a link that is up.
    private void TellCertificateEnds(MembershipSnapshot snapshot)
    {
        foreach (var (node, link) in _links)
        {
            if (snapshot.TryGet(node, out var standing) && standing.Verdict == MembershipVerdict.Member)
            {
                link.Tell(new Link.UseCertificateEnd(standing.NotAfter));
            }
        }
    }

    private void LookAtCertificateEnds()
    {
        var now = Now;
        var members = _membership.Snapshot.CertificateEnds.Where(pair => pair.Key != OwnId).ToList();
        var own = KeyValuePair.Create(OwnId, _environment.Trust.Identity.NotAfter);
        _environment.Counters.Set("certificate.days-left.own", ExpiryWatch.DaysLeft(own.Value, now));
        if (members.Count > 0)
        {
            _environment.Counters.Set("certificate.days-left.least-of-members", ExpiryWatch.DaysLeft(members.Min(static pair => pair.Value), now));
        }

        var news = _expiry.Look(members.Prepend(own), now);
        Context.Parent.Tell(new Hypernet.CertificatesExpiring(_expiry.Expiring(now), news));
    }
}
