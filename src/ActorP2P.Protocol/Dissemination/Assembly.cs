using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;

namespace ActorP2P.Protocol.Dissemination;

/// <summary>A large message whose manifest is here and whose chunks are coming. Memory grows with what came.</summary>
internal sealed class Assembly
{
    // Far more than the objects around a manifest cost: of all that are under way one is looked for now and then, so a claim of
    // a few bytes must not be one of a hundred thousand. What is whole is larger by far.
    private const int OverheadBytes = 16 * 1024;
    private const int OverheadBytesPerChunk = 16;
    private const int MaxSources = 8;

    private readonly ReadOnlyMemory<byte>[] _chunks;

    internal Assembly(Arrival arrival, ReadOnlyMemory<byte> manifest, List<NodeId> offerTo, DateTimeOffset now)
    {
        (Arrival, Manifest, OfferTo, StartedAt) = (arrival, manifest, offerTo, now);
        _chunks = new ReadOnlyMemory<byte>[LargePayload.CountChunks(Header.PayloadLengthBytes)];
        Missing = _chunks.Length;
        Bytes = OverheadBytes + Header.Bytes.Length + manifest.Length + (_chunks.Length * OverheadBytesPerChunk);
        Sources = [From];
    }

    internal Arrival Arrival { get; }

    internal PublicationHeader Header => Arrival.Header;

    internal ReadOnlyMemory<byte> Manifest { get; }

    /// <summary>Who brought the manifest.</summary>
    internal NodeId From => Arrival.From!;

    /// <summary>Children to which each chunk is passed on as it comes.</summary>
    internal List<NodeId> Targets => Arrival.PushedTo;

    /// <summary>Children that are told of it when it is whole.</summary>
    internal List<NodeId> OfferTo { get; }

    internal DateTimeOffset StartedAt { get; }

    /// <summary>Who may be asked.</summary>
    internal List<NodeId> Sources { get; }

    /// <summary>When to ask for what is missing.</summary>
    internal DateTimeOffset AskAt { get; set; }

    /// <summary>Questions since the last chunk that came.</summary>
    internal int Attempts { get; set; }

    /// <summary>Chunks that are not here.</summary>
    internal int Missing { get; private set; }

    /// <summary>What it holds of the budget.</summary>
    internal long Bytes { get; private set; }

    internal int Count => _chunks.Length;

    internal bool Has(int index) => !_chunks[index].IsEmpty;

    internal ReadOnlyMemory<byte> ChunkAt(int index) => _chunks[index];

    internal void AddSource(NodeId peer)
    {
        if (Sources.Contains(peer))
        {
            return;
        }

        if (Sources.Count < MaxSources)
        {
            Sources.Add(peer);
        }
        else if (Attempts > 0)
        {
            // Who was asked last and brought nothing: a few that say they have it would keep everybody else out.
            Sources[(Attempts - 1) % Sources.Count] = peer;
        }
    }

    /// <summary>True when the bytes are the chunk that the manifest names.</summary>
    internal bool IsChunk(int index, ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        return data.Length == LargePayload.LengthOf(Header.PayloadLengthBytes, index)
            && SHA256.HashData(data, hash) == hash.Length
            && hash.SequenceEqual(Manifest.Span.Slice(index * hash.Length, hash.Length));
    }

    internal void Keep(int index, ReadOnlyMemory<byte> data)
    {
        _chunks[index] = data;
        Missing--;
        Bytes += data.Length;
    }

    /// <summary>The first chunks that are missing, as runs.</summary>
    internal List<ChunkRun> MissingRuns(int maxChunks)
    {
        var runs = new List<ChunkRun>();
        for (var i = 0; i < _chunks.Length && maxChunks > 0; i++)
        {
            if (Has(i))
            {
                continue;
            }

            maxChunks--;
            if (runs.Count > 0 && runs[^1] is var last && last.First + last.Count == i)
            {
                runs[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                runs.Add(new ChunkRun((uint)i, 1));
            }
        }

        return runs;
    }

    /// <summary>The payload; nothing is missing.</summary>
    internal byte[] Join()
    {
        var payload = new byte[Header.PayloadLengthBytes];
        for (var i = 0; i < _chunks.Length; i++)
        {
            _chunks[i].CopyTo(payload.AsMemory(i * LargePayload.ChunkBytes));
        }

        return payload;
    }
}
