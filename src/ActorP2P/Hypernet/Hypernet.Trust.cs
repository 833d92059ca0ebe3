using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;

namespace ActorP2P;

/// <content>Verdicts on links when roots, lists or members change.</content>
public sealed partial class Hypernet
{
    private const string ReplacedElsewhere = Link.RemoteGoodbye + "replaced-by-newer-epoch";
    private const string RefusedElsewhere = Link.RemoteGoodbye + "older-epoch";
    private const string GivenUpElsewhere = Link.RemoteGoodbye + Link.IdentityGivenUp;

    // For namespaces that open later.
    private IReadOnlyDictionary<NodeId, int> _expiring = new Dictionary<NodeId, int>();

    private void Tell(CertificatesExpiring expiring)
    {
        _expiring = expiring.All;
        foreach (var (node, days) in expiring.News)
        {
            _log.Warning("the certificate of {0} ends in {1} days", node.ShortId, days);
            TellManagers(_slots, new PeerManager.CertificateEnds(node, days));
        }
    }

    // Anybody may say so; what proves it comes signed, before the goodbye.
    private void NoteHint(string reason)
    {
        if (reason is ReplacedElsewhere or RefusedElsewhere or GivenUpElsewhere)
        {
            _environment.Counters.Add("link.duplicate-identity-hint");
            _log.Warning("said of this node's key without proof: {0}", reason);
        }
    }

    // The topology judges nodes whose link is up, by the newest chain it knows of them; the rest is judged here.
    private void UseTrust()
    {
        foreach (var link in _links.All.Except(_links.Up).ToList())
        {
            if (link.Proven is not null && IsRefused(link.Proven, out var reason, out _))
            {
                link.EndReason ??= reason;
                link.Link.Tell(new Link.CutLink(reason));
            }
        }

        foreach (var link in _links.Up)
        {
            link.Link.Tell(new Link.OfferSlots(_slots));
        }

        _client.Tell(HypernetClient.TrustChanged.Instance);
        _topology.Tell(Topology.TrustChanged.Instance);
    }

    // A handshake that began before a reload was judged by what was in force then, and before others took the last links.
    private bool RefuseLate(HandshakeDone done, LinkRecord link)
    {
        if (!IsRefused(done, out var reason, out var detail))
        {
            if (_links.ProvenCount < _environment.Settings.Admission.MaxLinks)
            {
                return false;
            }

            (reason, detail) = (TooManyLinks, "as many links as admission.max-links allows are up");
        }

        HandleHandshakeFailed(new HandshakeFailed(link.Id, link.Ready.Address, reason, detail, RefusedByUs: true));

        // Who shows a key that was given up is to hear why: it may be the right node with its old files.
        if (reason == Link.IdentityGivenUp && _environment.Successions.StatementOf(done.Remote, Now) is { } statement)
        {
            link.Link.Tell(new Link.StateSuccession(statement));
        }

        link.Link.Tell(reason == Link.IdentityGivenUp ? new Link.CloseLink(reason) : new Link.CutLink(reason));
        return true;
    }

    private bool IsRefused(HandshakeDone done, [NotNullWhen(true)] out string? reason, [NotNullWhen(true)] out string? detail)
    {
        (reason, detail) = (null, null);
        var validator = _environment.Trust.Validator;
        if (_environment.Successions.IsGivenUp(done.Remote, Now))
        {
            (reason, detail) = (Link.IdentityGivenUp, $"{done.Remote.ShortId} has given up this key for another one.");
        }
        else if (!CertificateChain.TryDecode(done.RemoteChain, validator.Limits, out var chain, out var problem))
        {
            (reason, detail) = ("certificate-too-long", problem);
        }
        else if (validator.Validate(chain, Now) is CertificateVerdict.Refused refused)
        {
            (reason, detail) = ("certificate-" + ReasonName.Of(refused.Reason), refused.Detail);
        }

        return reason is not null && detail is not null;
    }
}
