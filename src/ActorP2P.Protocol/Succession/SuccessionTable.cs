using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Succession;

/// <summary>
/// Who stands in whose place. A statement is taken for as long as its node and this one allow, and counts from when the
/// successor is proven to be a member. A predecessor has one successor, and nobody who gave up an ID becomes a successor
/// under it again, so every chain ends at a living ID. Pure: the caller keeps calls apart and says what time it is.
/// </summary>
public sealed class SuccessionTable
{
    /// <summary>Changes of key of one node that stand at once.</summary>
    public const int MaxChain = 4;

    /// <summary>Nodes that are known to live, with their last epoch; the one that was first heard of gives way.</summary>
    public const int MaxRuns = 1024;

    /// <summary>A statement may be issued so much later than now: what the clocks of members may differ by. Our guess.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly string _networkId;
    private readonly SuccessionSettings _limits;
    private readonly Dictionary<NodeId, Standing> _byPredecessor = [];
    private readonly Dictionary<NodeId, ulong> _runs = [];
    private readonly Queue<NodeId> _runOrder = new();

    /// <summary>Makes an empty table.</summary>
    /// <param name="networkId">The network.</param>
    /// <param name="limits">Time and number.</param>
    public SuccessionTable(string networkId, SuccessionSettings limits)
    {
        _networkId = networkId;
        _limits = limits;
    }

    /// <summary>Statements that stand, announced or in force.</summary>
    public int Count => _byPredecessor.Count;

    /// <summary>Those in force, in the order in which they came.</summary>
    public IReadOnlyList<SuccessionStatement> InForce =>
        [.. _byPredecessor.Values.Where(static standing => standing.IsInForce).OrderBy(static standing => standing.Order).Select(static standing => standing.Statement)];

    /// <summary>Those whose successor is not proven yet.</summary>
    public IReadOnlyList<SuccessionStatement> Announced =>
        [.. _byPredecessor.Values.Where(static standing => !standing.IsInForce).OrderBy(static standing => standing.Order).Select(static standing => standing.Statement)];

    private long Taken { get; set; }

    /// <summary>A node takes part in this run: it offered namespaces, and before that all that it has to say of former keys.</summary>
    public void NoteLiving(NodeId node, ulong epoch)
    {
        if (_runs.TryAdd(node, epoch))
        {
            _runOrder.Enqueue(node);
            if (_runOrder.Count > MaxRuns)
            {
                _runs.Remove(_runOrder.Dequeue());
            }
        }
        else
        {
            _runs[node] = epoch;
        }
    }

    /// <summary>Judges a statement, cheap checks first, and takes it when it is good.</summary>
    /// <param name="statement">From anywhere.</param>
    /// <param name="curve">The network's curve.</param>
    /// <param name="isProven">The successor is a member, by a handshake or by its certificate.</param>
    /// <param name="now">The present.</param>
    public SuccessionVerdict Offer(SuccessionStatement statement, IdentityCurve curve, bool isProven, DateTimeOffset now)
    {
        Forget(now);
        if (_byPredecessor.TryGetValue(statement.Predecessor, out var standing) && standing.Statement.Equals(statement))
        {
            if (standing.IsInForce || !isProven)
            {
                return SuccessionVerdict.Known;
            }

            return WhyRefused(statement) ?? Prove(standing);
        }

        var refusal = standing is not null ? SuccessionVerdict.Contradicts
            : statement.Issued > now + ClockTolerance ? SuccessionVerdict.NotYet
            : EndOf(statement) <= now ? SuccessionVerdict.Ended
            : WhyRefused(statement);
        if (refusal is null && _byPredecessor.Count >= _limits.MaxTracked)
        {
            refusal = SuccessionVerdict.TableFull;
        }

        if (refusal is null && !statement.Verify(_networkId, curve))
        {
            refusal = SuccessionVerdict.BadSignature;
        }

        if (refusal is { } reason)
        {
            return reason;
        }

        standing = new Standing(statement, EndOf(statement), ++Taken);
        _byPredecessor[statement.Predecessor] = standing;
        return isProven ? Prove(standing) : SuccessionVerdict.Announced;
    }

    /// <summary>The living ID that stands in a node's place: the node itself when nobody does.</summary>
    public NodeId Resolve(NodeId node, DateTimeOffset now)
    {
        while (_byPredecessor.TryGetValue(node, out var standing) && standing.IsInForce && standing.End > now)
        {
            node = standing.Statement.Successor;
        }

        return node;
    }

    /// <summary>True while a node's ID is given up: somebody stands in its place.</summary>
    public bool IsGivenUp(NodeId node, DateTimeOffset now) =>
        _byPredecessor.TryGetValue(node, out var standing) && standing.IsInForce && standing.End > now;

    /// <summary>All whose place a node has taken, directly or one after the other; the latest first.</summary>
    public IReadOnlyList<NodeId> PredecessorsOf(NodeId node, DateTimeOffset now) =>
        [.. _byPredecessor.Values
            .Where(standing => standing.IsInForce && standing.End > now && Resolve(standing.Statement.Predecessor, now) == node)
            .OrderByDescending(static standing => standing.Order)
            .Select(static standing => standing.Statement.Predecessor)];

    /// <summary>When an ID that is given up may be used again, by this node's rules.</summary>
    public DateTimeOffset EndOf(SuccessionStatement statement)
    {
        var latest = statement.Issued + _limits.Overlap;
        return statement.Ends < latest ? statement.Ends : latest;
    }

    /// <summary>Takes out those that concern a node who is trusted no more.</summary>
    public void ForgetRefused(Func<NodeId, bool> isRefused)
    {
        foreach (var (predecessor, _) in _byPredecessor.Where(pair => isRefused(pair.Key) || isRefused(pair.Value.Statement.Successor)).ToArray())
        {
            _byPredecessor.Remove(predecessor);
        }
    }

    /// <summary>Takes out those whose time is over.</summary>
    public void Forget(DateTimeOffset now)
    {
        foreach (var (predecessor, _) in _byPredecessor.Where(pair => pair.Value.End <= now).ToArray())
        {
            _byPredecessor.Remove(predecessor);
        }
    }

    // What may change between the announcement and the proof; it costs no signature.
    private SuccessionVerdict? WhyRefused(SuccessionStatement statement) =>
        _runs.TryGetValue(statement.Predecessor, out var before) && before != statement.Epoch ? SuccessionVerdict.OtherRun
        : _runs.ContainsKey(statement.Successor) ? SuccessionVerdict.SuccessorLives
        : _byPredecessor.Values.Any(other => other.Statement.Successor == statement.Successor && other.Statement.Predecessor != statement.Predecessor) ? SuccessionVerdict.Contradicts
        : _byPredecessor.ContainsKey(statement.Successor) ? IsOlderPart(statement) ? null : SuccessionVerdict.SuccessorGaveUp
        : ChainTo(statement.Predecessor) >= MaxChain ? SuccessionVerdict.TooMany
        : null;

    // A to B may come after B to C, from somebody who missed neither; B to A after A to B may not.
    private bool IsOlderPart(SuccessionStatement statement)
    {
        var length = 0;
        for (var node = statement.Successor; _byPredecessor.TryGetValue(node, out var next); node = next.Statement.Successor)
        {
            if (next.Statement.Successor == statement.Predecessor || next.Statement.Issued < statement.Issued || ++length >= MaxChain)
            {
                return false;
            }
        }

        return true;
    }

    private int ChainTo(NodeId node)
    {
        var length = 0;
        while (length < MaxChain && _byPredecessor.Values.FirstOrDefault(standing => standing.Statement.Successor == node) is { } before)
        {
            node = before.Statement.Predecessor;
            length++;
        }

        return length;
    }

    private static SuccessionVerdict Prove(Standing standing)
    {
        standing.IsInForce = true;
        return SuccessionVerdict.InForce;
    }

    private sealed class Standing(SuccessionStatement statement, DateTimeOffset end, long order)
    {
        public SuccessionStatement Statement { get; } = statement;

        public DateTimeOffset End { get; } = end;

        public long Order { get; } = order;

        public bool IsInForce { get; set; }
    }
}
