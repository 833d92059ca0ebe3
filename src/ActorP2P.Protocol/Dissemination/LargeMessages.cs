using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Settings;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>
/// Large messages on their way: each chunk is checked against the signed manifest and passed on at once, so a relay adds one
/// chunk to the way and not the whole message. What is missing when no more comes is asked for, of one source after the
/// other. What never completes is given up and may begin anew.
/// </summary>
internal sealed class LargeMessages(DisseminationSettings settings, OriginTable origins)
{
    private const int MaxAskedChunks = 64;
    private const int RoundsPerSource = 3;

    private readonly Dictionary<ShortId, Assembly> _assemblies = [];
    private readonly Dictionary<NodeId, long> _bytesByOrigin = [];
    private long _bytes;
    private DateTimeOffset _dueAt = DateTimeOffset.MaxValue;

    /// <summary>Called with a message that is whole.</summary>
    internal Action<Assembly, DateTimeOffset, List<MulticastEffect>> Completed { get; set; } = static (_, _, _) => { };

    /// <summary>Bytes held for messages that are not whole.</summary>
    internal long Bytes => _bytes;

    internal static void Push(PublicationHeader header, ReadOnlyMemory<byte> manifest, ReadOnlyMemory<byte> payload, List<NodeId> targets, List<MulticastEffect> effects)
    {
        if (targets.Count == 0)
        {
            return;
        }

        targets.ForEach(target => effects.Add(new MulticastEffect.Send(target, header.Lane, header.Bytes, manifest)));
        for (var i = 0; i < LargePayload.CountChunks(payload.Length); i++)
        {
            PushChunk(header, i, LargePayload.ChunkOf(payload, i), targets, effects);
        }
    }

    /// <summary>When to call <see cref="Tick"/>; what came meanwhile may leave its time behind.</summary>
    internal DateTimeOffset? NextDue() => _assemblies.Count == 0 ? null : _dueAt;

    internal void PeerDown(NodeId peer, DateTimeOffset now)
    {
        foreach (var assembly in _assemblies.Values)
        {
            assembly.Targets.Remove(peer);
            if (assembly.Sources.Remove(peer))
            {
                AskAt(assembly, now);
            }
        }
    }

    /// <summary>Notes that a peer has, or is getting, a message that is under way here. False when none is.</summary>
    internal bool TryAddSource(MessageId id, NodeId peer)
    {
        var isUnderWay = _assemblies.TryGetValue(ShortId.Of(id), out var assembly);
        assembly?.AddSource(peer);
        return isUnderWay;
    }

    /// <summary>Begins a message. False when its origin, or all together, have too much under way.</summary>
    internal bool TryBegin(Assembly assembly, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (_assemblies.ContainsKey(ShortId.Of(assembly.Header.Id)) || !TryReserve(assembly.Header.Id.Origin, assembly.Bytes, effects))
        {
            return false;
        }

        AskAt(assembly, now + settings.WantTimeout);
        _assemblies[ShortId.Of(assembly.Header.Id)] = assembly;
        return true;
    }

    internal void HandleChunk(NodeId from, ReadOnlyMemory<byte> message, DateTimeOffset now, List<MulticastEffect> effects)
    {
        MulticastDrop? drop = null;
        if (!ChunkWire.TryReadChunk(message, out var id, out var index, out var data))
        {
            drop = MulticastDrop.Malformed;
        }
        else if (!_assemblies.TryGetValue(id, out var assembly))
        {
            drop = IsSeen(id) ? MulticastDrop.Duplicate : MulticastDrop.UnknownManifest;
        }
        else if (index >= assembly.Count)
        {
            drop = MulticastDrop.Malformed;
        }
        else if (assembly.Has((int)index))
        {
            drop = MulticastDrop.Duplicate;
        }
        else if (!assembly.IsChunk((int)index, data.Span))
        {
            drop = MulticastDrop.BadChunk;
        }
        else if (!TryReserve(assembly.Header.Id.Origin, data.Length, effects))
        {
            drop = MulticastDrop.TooManyUnderWay;
        }
        else
        {
            Take(assembly, from, (int)index, OwnedBytes.Of(data), now, effects);
        }

        if (drop is { } reason)
        {
            effects.Add(new MulticastEffect.Dropped(reason, from));
        }
    }

    /// <summary>The chunks asked for that are here, of a message that is whole or under way; null when neither.</summary>
    internal (PublicationHeader Header, List<(int Index, ReadOnlyMemory<byte> Data)> Chunks)? Find(ShortId id, List<ChunkRun> runs)
    {
        var chunks = new List<(int, ReadOnlyMemory<byte>)>();
        if (_assemblies.TryGetValue(id, out var assembly))
        {
            chunks.AddRange(Indexes(runs, assembly.Count).Where(assembly.Has).Select(index => (index, assembly.ChunkAt(index))));
            return (assembly.Header, chunks);
        }

        if (TryFindLog(id) is not { } log || !log.TryGet(id.Seq, out var held) || held.Manifest.IsEmpty)
        {
            return null;
        }

        var count = LargePayload.CountChunks(held.Payload.Length);
        chunks.AddRange(Indexes(runs, count).Select(index => (index, LargePayload.ChunkOf(held.Payload, index))));
        return (held.Header, chunks);
    }

    internal void Tick(DateTimeOffset now, List<MulticastEffect> effects)
    {
        // At every message it would cost the time to go through all of them.
        if (_dueAt > now)
        {
            return;
        }

        foreach (var assembly in _assemblies.Values.Where(assembly => assembly.AskAt <= now).ToArray())
        {
            if (now - assembly.StartedAt >= settings.RetentionTime || assembly.Attempts >= (assembly.Sources.Count + 1) * RoundsPerSource)
            {
                Remove(assembly);
                effects.Add(new MulticastEffect.Dropped(MulticastDrop.NeverCompleted, assembly.Header.Id.Origin));
                continue;
            }

            Ask(assembly, now, effects);
        }

        _dueAt = _assemblies.Count == 0 ? DateTimeOffset.MaxValue : _assemblies.Values.Min(static assembly => assembly.AskAt);
    }

    internal static void PushChunk(PublicationHeader header, int index, ReadOnlyMemory<byte> data, List<NodeId> targets, List<MulticastEffect> effects)
    {
        var head = ChunkWire.ComposeChunkHead(header.Id, index);
        targets.ForEach(target => effects.Add(new MulticastEffect.Send(target, header.Lane, head, data)));
    }

    private static IEnumerable<int> Indexes(List<ChunkRun> runs, int count)
    {
        var left = MaxAskedChunks;
        foreach (var run in runs)
        {
            for (var i = 0u; i < run.Count && (ulong)run.First + i < (ulong)count && left > 0; i++, left--)
            {
                yield return (int)(run.First + i);
            }
        }
    }

    private void Take(Assembly assembly, NodeId from, int index, ReadOnlyMemory<byte> data, DateTimeOffset now, List<MulticastEffect> effects)
    {
        assembly.Keep(index, data);
        assembly.AddSource(from);
        assembly.Attempts = 0;
        PushChunk(assembly.Header, index, data, assembly.Targets, effects);
        if (assembly.Missing == 0)
        {
            Remove(assembly);
            Completed(assembly, now, effects);
            return;
        }

        // A link keeps the order: behind its last chunk a source brings no more by itself.
        AskAt(assembly, index == assembly.Count - 1 ? now : now + settings.WantTimeout);
    }

    private void Ask(Assembly assembly, DateTimeOffset now, List<MulticastEffect> effects)
    {
        if (assembly.Sources.Count > 0)
        {
            var source = assembly.Sources[assembly.Attempts % assembly.Sources.Count];
            var want = ChunkWire.ComposeWant(assembly.Header.Id, assembly.MissingRuns(MaxAskedChunks));
            effects.Add(new MulticastEffect.Send(source, Lane.Gossip, want, default));
        }

        assembly.Attempts++;
        AskAt(assembly, now + settings.WantTimeout);
    }

    private void AskAt(Assembly assembly, DateTimeOffset at)
    {
        assembly.AskAt = at;
        _dueAt = at < _dueAt ? at : _dueAt;
    }

    private bool IsSeen(ShortId id) => TryFindLog(id) is { } log && log.Seen.Judge(id.Seq) is WindowVerdict.Seen or WindowVerdict.BelowFloor;

    private OriginLog? TryFindLog(ShortId id) =>
        origins.TryResolve(id.OriginReference, out var origin) && origins.TryGet(origin, out var log) && log.Epoch == id.Epoch ? log : null;

    // Half of the room at most for one origin, and beyond the whole of it who has most under way makes way: so those who begin
    // and never end, however many, keep nobody out who has less than they.
    private bool TryReserve(NodeId origin, long bytes, List<MulticastEffect> effects)
    {
        var own = _bytesByOrigin.GetValueOrDefault(origin) + bytes;
        if (own > settings.AssemblyBytes / 2)
        {
            return false;
        }

        while (_bytes + bytes > settings.AssemblyBytes)
        {
            var (largest, most) = _bytesByOrigin.MaxBy(static pair => pair.Value);
            if (most <= own)
            {
                return false;
            }

            Remove(_assemblies.Values.Where(assembly => assembly.Header.Id.Origin == largest).MaxBy(static assembly => assembly.Missing)!);
            effects.Add(new MulticastEffect.Dropped(MulticastDrop.TooManyUnderWay, largest));
        }

        _bytesByOrigin[origin] = own;
        _bytes += bytes;
        return true;
    }

    private void Remove(Assembly assembly)
    {
        _assemblies.Remove(ShortId.Of(assembly.Header.Id));
        _bytes -= assembly.Bytes;
        var left = _bytesByOrigin[assembly.Header.Id.Origin] - assembly.Bytes;
        if (left > 0)
        {
            _bytesByOrigin[assembly.Header.Id.Origin] = left;
        }
        else
        {
            _bytesByOrigin.Remove(assembly.Header.Id.Origin);
        }
    }
}
