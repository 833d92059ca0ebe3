using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Links;
using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <content>
/// Statements about keys that took the place of others. A node shows on each link how it came by its key, before it offers any
/// namespace, and says on its last links under a key which one comes next.
/// </content>
public sealed partial class Link
{
    /// <summary>What a node may state on one link: each of its former keys, and one key to come.</summary>
    private const int MaxStatements = SuccessionTable.MaxChain + 1;

    private readonly HashSet<NodeId> _claimed = [];
    private int _statements;
    private bool _isNoted;

    private void StateOwnSuccessions()
    {
        foreach (var statement in _environment.Successions.LeadingTo(_environment.Trust.Identity.Id, Now))
        {
            _writer.Control.Succession(statement.Encoded);
        }
    }

    // What it has to say of former keys came before its first offer; from now on it is a node of its own.
    private void NoteLiving()
    {
        if (!_isNoted)
        {
            _isNoted = true;
            _environment.Successions.NoteLiving(_pair!.RemoteId, _pair.RemoteEpoch);
        }
    }

    private bool HandleSuccession(in LinkEntry entry)
    {
        var remote = _pair!.RemoteId;
        if (++_statements > MaxStatements)
        {
            return Refuse("too-many-successions");
        }

        if (!SuccessionStatement.TryDecode(entry.Bytes, out var statement))
        {
            return Refuse("malformed-succession");
        }

        var leadsHere = statement.Successor == remote || _claimed.Contains(statement.Successor);
        if (!leadsHere && statement.Predecessor == _environment.Trust.Identity.Id)
        {
            return HandleOwnKeyGivenUp(statement);
        }

        if (!leadsHere && statement.Predecessor != remote)
        {
            // Whoever signed it: a node speaks for itself here.
            return Refuse("foreign-succession");
        }

        // How it came by its key may be a matter of a former run; which key comes next is one of this run.
        var verdict = statement.Epoch > _pair.RemoteEpoch || (!leadsHere && statement.Epoch != _pair.RemoteEpoch)
            ? SuccessionVerdict.OtherRun
            : Offer(statement, leadsHere);
        if (verdict == SuccessionVerdict.BadSignature)
        {
            return Refuse("forged-succession");
        }

        if (leadsHere)
        {
            _claimed.Add(statement.Predecessor);
        }

        if (verdict is SuccessionVerdict.InForce or SuccessionVerdict.Announced)
        {
            _hypernet.Tell(new Hypernet.SuccessionTaken(statement, verdict == SuccessionVerdict.InForce));
        }
        else if (verdict != SuccessionVerdict.Known)
        {
            _environment.Counters.Add("succession.refused." + ReasonName.Of(verdict));
            _log.Warning("not taken from {0}: {1} ({2})", remote.ShortId, statement, ReasonName.Of(verdict));
        }

        return true;
    }

    // Whoever brings it: our own key signed it, so it is proof that somebody else had the key.
    private bool HandleOwnKeyGivenUp(SuccessionStatement statement)
    {
        if (!statement.Verify(_environment.Settings.Network.Id, _environment.Trust.Identity.Curve))
        {
            return Refuse("forged-succession");
        }

        _hypernet.Tell(new Hypernet.OwnKeyMet(statement.Epoch, "a statement of succession"));
        return true;
    }

    private SuccessionVerdict Offer(SuccessionStatement statement, bool leadsHere)
    {
        var now = Now;
        var isProven = leadsHere && _environment.Successions.Resolve(statement.Successor, now) == _pair!.RemoteId;
        return _environment.Successions.Offer(statement, _environment.Trust.Identity.Curve, isProven, now, _environment.Trust.Validator.Lists.Denied);
    }

    private bool Refuse(string reason)
    {
        _environment.Counters.Add("succession.refused." + reason);
        End(reason);
        return false;
    }
}
