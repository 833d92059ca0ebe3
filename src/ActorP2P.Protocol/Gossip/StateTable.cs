using System.Diagnostics.CodeAnalysis;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>What is held of one section of one owner.</summary>
public sealed class StateEntry
{
    internal StateEntry(SignedState signed, StateBody body, DateTimeOffset receivedAt)
    {
        Node = signed.Node;
        Version = signed.Version;
        Signed = signed;
        Body = body;
        ReceivedAt = receivedAt;
    }

    /// <summary>The place of an owner who may say nothing for a while: no version is news to it.</summary>
    internal StateEntry(NodeId node, StateSection section, DateTimeOffset retiredUntil, DateTimeOffset receivedAt)
    {
        Node = node;
        Version = new StateVersion(section, node.Reference, ulong.MaxValue, ulong.MaxValue, 0);
        RetiredUntil = retiredUntil;
        ReceivedAt = receivedAt;
    }

    /// <summary>The owner.</summary>
    public NodeId Node { get; }

    /// <summary>Which part of its state it is.</summary>
    public StateSection Section => Version.Section;

    /// <summary>Until when an owner who gave up its ID is held to that; null for any other.</summary>
    internal DateTimeOffset? RetiredUntil { get; }

    /// <summary>Its epoch.</summary>
    public ulong Epoch => Version.Epoch;

    /// <summary>Its seq.</summary>
    public ulong Seq => Version.Seq;

    /// <summary>The signed form; null when only a tombstone is left.</summary>
    public SignedState? Signed { get; private set; }

    /// <summary>The decoded body; null when only a tombstone is left.</summary>
    public StateBody? Body { get; private set; }

    /// <summary>When this node received it.</summary>
    public DateTimeOffset ReceivedAt { get; }

    internal StateVersion Version { get; }

    /// <summary>True once a second content under this (epoch, seq) was seen; more of them prove nothing new.</summary>
    internal bool IsEquivocated { get; set; }

    // The version stays, so that nothing older comes back from somebody's table.
    internal void Bury()
    {
        Signed = null;
        Body = null;
    }
}

/// <summary>
/// The newest state of every section of every owner, with sums of fingerprints that let two tables be compared in a few
/// bytes. Sums are taken modulo 2^64, so entries go in and out in any order.
/// </summary>
public sealed class StateTable
{
    private readonly IReadOnlyList<StateSection> _sections;
    private readonly Dictionary<(NodeId Node, StateSection Section), StateEntry> _entries = [];
    private readonly Dictionary<StateKey, StateEntry> _byReference = [];
    private readonly int[] _counts;
    private readonly ulong[] _buckets = new ulong[StateSyncWire.BucketCount];
    private ulong _root;

    internal StateTable(StateScope scope)
    {
        _sections = scope.Sections;
        _counts = new int[_sections.Count];
    }

    /// <summary>Number of entries, tombstones included.</summary>
    public int Count => _entries.Count;

    /// <summary>All entries, tombstones included, in no order.</summary>
    public IReadOnlyCollection<StateEntry> Entries => _entries.Values;

    /// <summary>The states in force, in no order.</summary>
    public IEnumerable<(NodeId Node, StateBody Body)> InForce
    {
        get
        {
            foreach (var entry in _entries.Values)
            {
                if (entry.Body is { } body)
                {
                    yield return (entry.Node, body);
                }
            }
        }
    }

    /// <summary>What is held of an owner's section, a tombstone perhaps.</summary>
    public bool TryGet(NodeId node, StateSection section, [NotNullWhen(true)] out StateEntry? entry) =>
        _entries.TryGetValue((node, section), out entry);

    /// <summary>Owners of whom a section is held, tombstones included.</summary>
    internal int CountOf(StateSection section) => _counts[section - _sections[0]];

    internal ulong Root => _root;

    internal ReadOnlySpan<ulong> Buckets => _buckets;

    internal bool TryGet(StateKey key, [NotNullWhen(true)] out StateEntry? entry) => _byReference.TryGetValue(key, out entry);

    /// <summary>True for a section of a run that is over: the owner's first section has a higher epoch.</summary>
    internal bool IsOver(StateVersion version) =>
        version.Section != _sections[0]
        && TryGet(new StateKey(version.Reference, _sections[0]), out var first)
        && version.Epoch < first.Epoch;

    /// <summary>Versions of the states in force in some buckets. A tombstone is not told: nobody could answer for it.</summary>
    internal IEnumerable<StateVersion> VersionsIn(ulong mask)
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.Signed is not null && (mask >> StateSyncWire.BucketOf(entry.Version.Reference) & 1) != 0)
            {
                yield return entry.Version;
            }
        }
    }

    internal void Set(StateEntry entry)
    {
        Remove(entry.Node, entry.Section);
        _entries[(entry.Node, entry.Section)] = entry;
        _byReference[entry.Version.Key] = entry;
        _counts[entry.Section - _sections[0]]++;
        Add(entry.Version.Reference, entry.Version.Fingerprint);
    }

    internal void Remove(NodeId node, StateSection section)
    {
        if (_entries.Remove((node, section), out var entry))
        {
            _byReference.Remove(entry.Version.Key);
            _counts[section - _sections[0]]--;
            Subtract(entry);
        }
    }

    /// <summary>Leaves a tombstone, which no digest counts: a node that joins later cannot have it.</summary>
    internal void Bury(StateEntry entry)
    {
        Subtract(entry);
        entry.Bury();
    }

    private void Subtract(StateEntry entry)
    {
        if (entry.Signed is not null)
        {
            Add(entry.Version.Reference, unchecked(0UL - entry.Version.Fingerprint));
        }
    }

    private void Add(ulong reference, ulong fingerprint)
    {
        unchecked
        {
            _root += fingerprint;
            _buckets[StateSyncWire.BucketOf(reference)] += fingerprint;
        }
    }
}
