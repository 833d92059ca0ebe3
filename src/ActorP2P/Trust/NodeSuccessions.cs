using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;
using ActorP2P.Protocol.Succession;

namespace ActorP2P;

/// <summary>
/// The node's one <see cref="SuccessionTable"/>. A link takes a statement before it handles the offers behind it, so that every
/// namespace finds a peer's former IDs here when the session comes; that needs an answer at once, so it is no actor. It
/// outlives restarts of actors. Safe for concurrent calls.
/// </summary>
public sealed class NodeSuccessions
{
    private readonly Lock _gate = new();
    private readonly SuccessionTable _table;
    private readonly SuccessionSettings _settings;
    private volatile bool _isEmpty = true;
    private Func<NodeId, bool> _isRefused = static _ => false;

    /// <summary>Nobody has a successor yet.</summary>
    /// <param name="settings">The node's settings.</param>
    public NodeSuccessions(P2PSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings.Succession;
        _table = new SuccessionTable(settings.Network.Id, _settings);
    }

    /// <summary>Statements that stand, announced or in force.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _table.Count;
            }
        }
    }

    /// <summary>A node takes part in this run: it offered namespaces, and before that all that it has to say of former keys.</summary>
    public void NoteLiving(NodeId node, ulong epoch)
    {
        lock (_gate)
        {
            _table.NoteLiving(node, epoch);
        }
    }

    /// <summary>Judges a statement and takes it when it is good.</summary>
    /// <param name="statement">From anywhere.</param>
    /// <param name="curve">The network's curve.</param>
    /// <param name="isProven">The successor is a member, by a handshake or by its certificate.</param>
    /// <param name="now">The present.</param>
    /// <param name="denied">Nodes that this one denies by its list.</param>
    public SuccessionVerdict Offer(
        SuccessionStatement statement, IdentityCurve curve, bool isProven, DateTimeOffset now, IReadOnlySet<NodeId>? denied = null)
    {
        ArgumentNullException.ThrowIfNull(statement);
        lock (_gate)
        {
            if (IsOut(statement.Predecessor) || IsOut(statement.Successor))
            {
                return SuccessionVerdict.NotTrusted;
            }

            var verdict = _table.Offer(statement, curve, isProven, now);
            _isEmpty = _table.Count == 0;
            return verdict;
        }

        bool IsOut(NodeId node) => denied?.Contains(node) == true || _isRefused(node);
    }

    /// <summary>Takes what former starts left of this node's own keys: the statements that lead to its present one and still stand.</summary>
    /// <param name="stored">As they travel, in any order.</param>
    /// <param name="own">The present identity.</param>
    /// <param name="now">The present.</param>
    /// <returns>Why others were left out, one line each; one whose time is over needs no word.</returns>
    public IReadOnlyList<string> Restore(IReadOnlyList<ReadOnlyMemory<byte>> stored, NodeIdentity own, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(own);
        var warnings = new List<string>();
        var statements = new List<SuccessionStatement>();
        foreach (var encoded in stored)
        {
            if (SuccessionStatement.TryDecode(encoded, out var statement))
            {
                statements.Add(statement);
            }
            else
            {
                warnings.Add("a stored statement of succession is malformed");
            }
        }

        HashSet<NodeId> leading = [own.Id];
        var chain = new List<SuccessionStatement>();
        foreach (var statement in statements.OrderByDescending(static statement => statement.Issued))
        {
            if (leading.Contains(statement.Successor) && leading.Add(statement.Predecessor))
            {
                chain.Add(statement);
            }
            else
            {
                warnings.Add($"a stored statement does not lead to this node's key: {statement}");
            }
        }

        foreach (var statement in Enumerable.Reverse(chain))
        {
            var verdict = Offer(statement, own.Curve, isProven: true, now, own.Validator.Lists.Denied);
            if (verdict is not (SuccessionVerdict.InForce or SuccessionVerdict.Ended))
            {
                warnings.Add($"a stored statement is not taken ({ReasonName.Of(verdict)}): {statement}");
            }
        }

        return warnings;
    }

    /// <summary>The living ID that stands in a node's place: the node itself when nobody does.</summary>
    public NodeId Resolve(NodeId node, DateTimeOffset now)
    {
        if (_isEmpty)
        {
            return node;
        }

        lock (_gate)
        {
            return _table.Resolve(node, now);
        }
    }

    /// <summary>True while a node's ID is given up: somebody stands in its place.</summary>
    public bool IsGivenUp(NodeId node, DateTimeOffset now) => Resolve(node, now) != node;

    /// <summary>All whose place a node has taken, the latest first.</summary>
    public IReadOnlyList<NodeId> PredecessorsOf(NodeId node, DateTimeOffset now)
    {
        if (_isEmpty)
        {
            return [];
        }

        lock (_gate)
        {
            return _table.PredecessorsOf(node, now);
        }
    }

    /// <summary>Until when nothing may be taken under an ID that was given up; now when it was not.</summary>
    public DateTimeOffset EndOf(NodeId predecessor, DateTimeOffset now)
    {
        lock (_gate)
        {
            var statement = _table.InForce.FirstOrDefault(statement => statement.Predecessor == predecessor);
            return statement is null ? now : _table.EndOf(statement);
        }
    }

    /// <summary>The statement by which a node gave up its ID; null when none is in force.</summary>
    public SuccessionStatement? StatementOf(NodeId predecessor, DateTimeOffset now) =>
        InForce(now).FirstOrDefault(statement => statement.Predecessor == predecessor);

    /// <summary>What a node shows for itself to others: the statements that lead to it, the latest first.</summary>
    public IReadOnlyList<SuccessionStatement> LeadingTo(NodeId node, DateTimeOffset now)
    {
        if (_isEmpty)
        {
            return [];
        }

        lock (_gate)
        {
            var inForce = _table.InForce.ToDictionary(static statement => statement.Predecessor);
            return [.. _table.PredecessorsOf(node, now).Select(former => inForce[former])];
        }
    }

    /// <summary>All in force now.</summary>
    public IReadOnlyList<SuccessionStatement> InForce(DateTimeOffset now)
    {
        if (_isEmpty)
        {
            return [];
        }

        lock (_gate)
        {
            _table.Forget(now);
            _isEmpty = _table.Count == 0;
            return _table.InForce;
        }
    }

    /// <summary>
    /// Takes out what concerns nodes that are trusted no more, and gives what waits for proof of its successor. Until the next
    /// call nothing is taken that concerns them.
    /// </summary>
    public IReadOnlyList<SuccessionStatement> Judge(Func<NodeId, bool> isRefused)
    {
        lock (_gate)
        {
            _isRefused = isRefused;
            _table.ForgetRefused(isRefused);
            _isEmpty = _table.Count == 0;
            return _table.Announced;
        }
    }
}
