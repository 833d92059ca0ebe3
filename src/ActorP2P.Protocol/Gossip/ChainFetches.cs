using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Gossip;

/// <summary>A chain that is asked for.</summary>
internal sealed class ChainFetch(NodeId node, ReadOnlyMemory<byte> hash)
{
    /// <summary>The node whose link state names it.</summary>
    internal NodeId Node { get; } = node;

    internal ReadOnlyMemory<byte> Hash { get; } = hash;

    internal int Attempts { get; set; }

    internal DateTimeOffset RetryAt { get; set; }
}

/// <summary>SHA-256 of an encoded chain, as a key.</summary>
internal readonly record struct ChainHash(ulong A, ulong B, ulong C, ulong D)
{
    /// <summary>Reads 32 bytes.</summary>
    internal static ChainHash From(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<ChainHash>(hash);
}

/// <summary>The chains that are asked for, by name and by node: one at a time for a node, of one peer after the other.</summary>
internal sealed class ChainFetches(TimeSpan patience, IRandomSource random)
{
    internal const byte QueryKind = 17;

    private const int MaxHashesInQuery = 64;
    private const int MaxQueryBytes = 1 + (MaxHashesInQuery * SHA256.HashSizeInBytes);
    private const int AttemptsPerChain = 8;

    // A chain that just came into being may reach the peers that are asked later than its name does.
    private const int PatientAttempts = 2;
    private const int MaxPatience = 16;

    private readonly Dictionary<ChainHash, ChainFetch> _fetches = [];
    private readonly Dictionary<NodeId, ChainHash> _byNode = [];
    private DateTimeOffset _nextRetry = DateTimeOffset.MaxValue;

    internal int Count => _fetches.Count;

    /// <summary>When to ask again; perhaps too early, since a fetch that has ended leaves its time behind.</summary>
    internal DateTimeOffset NextRetry => _fetches.Count > 0 ? _nextRetry : DateTimeOffset.MaxValue;

    internal static bool IsQuery(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 1 && bytes[0] == QueryKind && (bytes.Length - 1) % SHA256.HashSizeInBytes == 0 && bytes.Length <= MaxQueryBytes;

    internal bool Contains(ChainHash key) => _fetches.ContainsKey(key);

    /// <summary>What a node names last counts, and what it named before is not its chain any more.</summary>
    internal void EndFor(NodeId node)
    {
        if (_byNode.TryGetValue(node, out var former))
        {
            TryEnd(former, out _);
        }
    }

    internal bool TryEnd(ChainHash key, [NotNullWhen(true)] out ChainFetch? fetch)
    {
        if (!_fetches.Remove(key, out fetch))
        {
            return false;
        }

        _byNode.Remove(fetch.Node);
        return true;
    }

    internal void Begin(ChainHash key, NodeId node, ReadOnlyMemory<byte> hash, NodeId from, DateTimeOffset now, List<MembershipEffect> effects)
    {
        var fetch = new ChainFetch(node, hash.ToArray());
        _fetches[key] = fetch;
        _byNode[node] = key;
        Ask(fetch, from, now, effects);
    }

    /// <summary>The clock was set: what is due is due by as much earlier or later.</summary>
    internal void Shift(TimeSpan by)
    {
        _nextRetry = DateTimeOffset.MaxValue;
        foreach (var fetch in _fetches.Values)
        {
            fetch.RetryAt += by;
            _nextRetry = fetch.RetryAt < _nextRetry ? fetch.RetryAt : _nextRetry;
        }
    }

    /// <summary>Asks random peers for what did not come in time, and gives up what was asked for often enough.</summary>
    internal void AskAgain(List<NodeId> peers, DateTimeOffset now, List<MembershipEffect> effects)
    {
        if (_nextRetry > now)
        {
            return;
        }

        _nextRetry = DateTimeOffset.MaxValue;
        foreach (var (key, fetch) in _fetches.ToArray())
        {
            if (fetch.RetryAt > now)
            {
                _nextRetry = fetch.RetryAt < _nextRetry ? fetch.RetryAt : _nextRetry;
            }
            else if (peers.Count == 0 || fetch.Attempts >= AttemptsPerChain)
            {
                TryEnd(key, out _);
            }
            else
            {
                Ask(fetch, peers[random.NextInt(peers.Count)], now, effects);
            }
        }
    }

    private void Ask(ChainFetch fetch, NodeId peer, DateTimeOffset now, List<MembershipEffect> effects)
    {
        fetch.Attempts++;
        fetch.RetryAt = now + (patience * Math.Min(MaxPatience, 1 << Math.Max(0, fetch.Attempts - PatientAttempts)));
        _nextRetry = fetch.RetryAt < _nextRetry ? fetch.RetryAt : _nextRetry;

        // One message of states names many chains: what one peer is asked for in one go is one query.
        for (var i = effects.Count - 1; i >= 0; i--)
        {
            if (effects[i] is MembershipEffect.Send open && open.To == peer && open.Bytes.Span[0] == QueryKind)
            {
                if (open.Bytes.Length < MaxQueryBytes)
                {
                    effects[i] = new MembershipEffect.Send(peer, (byte[])[.. open.Bytes.Span, .. fetch.Hash.Span]);
                    return;
                }

                break;
            }
        }

        effects.Add(new MembershipEffect.Send(peer, (byte[])[QueryKind, .. fetch.Hash.Span]));
    }
}
