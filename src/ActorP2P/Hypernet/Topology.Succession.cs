using ActorP2P.Protocol.Gossip;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <content>
/// Statements of succession, passed on from neighbour to neighbour: <c>u8 19 ‖ statement</c>. One is passed on when it is news,
/// ahead of the change of links that it explains, and comes into force when its successor's certificate is known and good.
/// </content>
public sealed partial class Topology
{
    private const byte SuccessionKind = 19;

    // Each costs two signature checks. A neighbour tells all it has when its link comes up, and then what is news.
    private const int StatementBurst = 512;
    private const double StatementsPerSecond = 4;

    private readonly Dictionary<NodeId, TokenBucket> _statementAllowances = [];

    private static bool IsSuccession(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == SuccessionKind;

    private void HandleSuccession(NodeId from, ReadOnlyMemory<byte> bytes)
    {
        var now = Now;
        var allowance = _statementAllowances.TryGetValue(from, out var known) ? known : new TokenBucket(StatementsPerSecond, StatementBurst, now);
        var isAllowed = allowance.TryTake(1, now);
        _statementAllowances[from] = allowance;
        if (!isAllowed || !SuccessionStatement.TryDecode(bytes, out var statement))
        {
            _environment.Counters.Add("succession.dropped." + (isAllowed ? "malformed" : "over-allowance"));
            return;
        }

        // The link state of the successor may come first, from that run or a later one; an earlier one was a node of its own.
        if (_sync.Table.TryGet(statement.Successor, StateSection.LinkState, out var entry) && entry.Epoch < statement.Epoch)
        {
            _environment.Counters.Add("succession.refused." + ReasonName.Of(SuccessionVerdict.SuccessorLives));
        }
        else if (statement.Successor != OwnId)
        {
            Take(statement, from);
        }
    }

    private void Take(SuccessionStatement statement, NodeId from)
    {
        var isMember = _membership.Snapshot.Check(statement.Successor) == MembershipVerdict.Member;
        var verdict = _environment.Successions.Offer(statement, _environment.Trust.Identity.Curve, isMember, Now, _environment.Trust.Validator.Lists.Denied);
        switch (verdict)
        {
            case SuccessionVerdict.InForce or SuccessionVerdict.Announced:
                Context.Parent.Tell(new Hypernet.SuccessionTaken(statement, verdict == SuccessionVerdict.InForce));
                if (verdict == SuccessionVerdict.Announced)
                {
                    _membership.HandleNeeded(statement.Successor, statement.ChainHash, from, Now, _membershipEffects);
                }

                break;
            case SuccessionVerdict.Known:
                break;
            default:
                _environment.Counters.Add("succession.refused." + ReasonName.Of(verdict));
                break;
        }
    }

    private void JudgeSuccessions(IMembership members)
    {
        var announced = _environment.Successions.Judge(node => node != OwnId && members.Check(node) is MembershipVerdict.Refused or MembershipVerdict.Expired);
        foreach (var statement in announced.Where(statement => members.Check(statement.Successor) == MembershipVerdict.Member))
        {
            Take(statement, statement.Successor);
        }
    }

    private void Follow(NodeSucceeded succeeded)
    {
        var statement = succeeded.Statement;
        if (succeeded.IsInForce)
        {
            _sync.Retire(statement.Predecessor, _environment.Steady.Of(_environment.Successions.EndOf(statement.Predecessor, Now)), Steady, _stateEffects);
        }

        foreach (var neighbour in _links.Keys.Where(node => node != statement.Successor && node != statement.Predecessor))
        {
            Send(neighbour, Encode(statement));
        }

        Perform();
    }

    private void TellSuccessions(NodeId neighbour)
    {
        foreach (var statement in _environment.Successions.InForce(Now))
        {
            Send(neighbour, Encode(statement));
        }
    }

    private static byte[] Encode(SuccessionStatement statement) => [SuccessionKind, .. statement.Encoded.Span];

    // The links of the former key are gone, and were told of one by one; what is known of others stays.
    private void BeginAnew()
    {
        var identity = _environment.Trust.Identity;
        _membership.AddOwn(identity.Id, identity.Chain.Encoded, identity.NotAfter, Now, _membershipEffects);
        SetOwn();
        var former = _environment.Successions.PredecessorsOf(identity.Id, Now);
        var until = former.Count > 0 ? _environment.Successions.EndOf(former[0], Now) : Now;
        _sync.Succeed(identity.Key, _environment.Steady.Of(until), Steady, _stateEffects);
        UseTrust();
        PublishLinks();
        Perform();
    }
}
