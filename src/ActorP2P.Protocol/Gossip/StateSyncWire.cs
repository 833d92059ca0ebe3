using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <summary>First byte of a message of state sync. Membership messages share the channel and have numbers from 17.</summary>
internal enum StateSyncKind : byte
{
    /// <summary>u8 flags, u64 bucket mask, versions.</summary>
    Announce = 1,

    /// <summary>Versions that the asker holds, zeros for nothing.</summary>
    Query = 2,

    /// <summary>u8 flags, u16 count, count x signed state.</summary>
    Answer = 3,

    /// <summary>u64 sum of all fingerprints.</summary>
    Digest = 4,

    /// <summary>64 x u64 sum of fingerprints by bucket.</summary>
    Buckets = 5,
}

/// <summary>Bits of an announcement's flags.</summary>
[Flags]
internal enum AnnounceFlags : byte
{
    None = 0,

    /// <summary>Announce back what you have newer, or besides, in the buckets of the mask.</summary>
    Exchange = 1,
}

/// <summary>Bits of an answer's flags.</summary>
[Flags]
internal enum AnswerFlags : byte
{
    None = 0,

    /// <summary>Nobody asked: pass it on if it is news.</summary>
    Push = 1,

    /// <summary>The length limit cut it short.</summary>
    More = 2,
}

/// <summary>A state's version as announced and asked for.</summary>
/// <param name="Section">The part of the owner's state.</param>
/// <param name="Reference"><see cref="Identity.NodeId.Reference"/> of the owner.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Seq">Its seq.</param>
/// <param name="Fingerprint"><see cref="SignedState.Fingerprint"/>.</param>
internal readonly record struct StateVersion(StateSection Section, ulong Reference, ulong Epoch, ulong Seq, ulong Fingerprint)
{
    /// <summary>Length on the wire, where the section stands before the versions of many.</summary>
    internal const int LengthBytes = 32;

    internal StateKey Key => new(Reference, Section);

    /// <summary>Of two contents under one (epoch, seq) the lower hash is news: it has to win everywhere.</summary>
    internal bool IsNewsTo(StateVersion held) =>
        Epoch != held.Epoch ? Epoch > held.Epoch
        : Seq != held.Seq ? Seq > held.Seq
        : Fingerprint < held.Fingerprint;

    /// <summary>Another content under the same (epoch, seq), whichever of them wins.</summary>
    internal bool Contradicts(StateVersion held) =>
        Epoch == held.Epoch && Seq == held.Seq && Fingerprint != held.Fingerprint;
}

/// <summary>
/// Composes and reads the messages of state sync. Versions are none or more lists, ascending by section:
/// u8 section, u16 count from 1, count x (u64 reference, u64 epoch, u64 seq, u64 fingerprint).
/// </summary>
internal static class StateSyncWire
{
    /// <summary>Buckets of a digest: the top six bits of the reference.</summary>
    internal const int BucketCount = 64;

    private const int ListHeadBytes = 3;

    /// <summary>Mask of all buckets.</summary>
    internal const ulong AllBuckets = ulong.MaxValue;

    internal static int BucketOf(ulong reference) => (int)(reference >> 58);

    internal static ReadOnlyMemory<byte> Announce(AnnounceFlags flags, ulong mask, IReadOnlyCollection<StateVersion> versions)
    {
        var writer = new WireWriter(10 + (2 * ListHeadBytes) + (versions.Count * StateVersion.LengthBytes));
        writer.WriteByte((byte)StateSyncKind.Announce);
        writer.WriteByte((byte)flags);
        writer.WriteUInt64(mask);
        WriteVersions(writer, versions);
        return writer.Detach();
    }

    internal static ReadOnlyMemory<byte> Query(IReadOnlyCollection<StateVersion> versions)
    {
        var writer = new WireWriter(1 + (2 * ListHeadBytes) + (versions.Count * StateVersion.LengthBytes));
        writer.WriteByte((byte)StateSyncKind.Query);
        WriteVersions(writer, versions);
        return writer.Detach();
    }

    internal static ReadOnlyMemory<byte> Answer(AnswerFlags flags, IReadOnlyCollection<SignedState> states)
    {
        var writer = new WireWriter(4 + states.Sum(static state => state.LengthBytes));
        writer.WriteByte((byte)StateSyncKind.Answer);
        writer.WriteByte((byte)flags);
        writer.WriteUInt16((ushort)states.Count);
        foreach (var state in states)
        {
            state.Write(writer);
        }

        return writer.Detach();
    }

    internal static ReadOnlyMemory<byte> Digest(ulong root)
    {
        var writer = new WireWriter(9);
        writer.WriteByte((byte)StateSyncKind.Digest);
        writer.WriteUInt64(root);
        return writer.Detach();
    }

    internal static ReadOnlyMemory<byte> Buckets(ReadOnlySpan<ulong> sums)
    {
        var writer = new WireWriter(1 + (BucketCount * sizeof(ulong)));
        writer.WriteByte((byte)StateSyncKind.Buckets);
        foreach (var sum in sums)
        {
            writer.WriteUInt64(sum);
        }

        return writer.Detach();
    }

    /// <summary>Reads versions to the end of the message, in place of what is in <paramref name="versions"/>.</summary>
    internal static bool TryReadVersions(ref WireReader reader, StateScope scope, List<StateVersion> versions)
    {
        versions.Clear();
        for (var before = default(StateSection); reader.RemainingBytes > 0;)
        {
            _ = reader.TryReadByte(out var number);
            var section = (StateSection)number;
            if (section <= before
                || !scope.Has(section)
                || !reader.TryReadUInt16(out var count)
                || count == 0
                || reader.RemainingBytes < count * StateVersion.LengthBytes)
            {
                return false;
            }

            for (var i = 0; i < count; i++)
            {
                _ = reader.TryReadUInt64(out var reference) & reader.TryReadUInt64(out var epoch)
                    & reader.TryReadUInt64(out var seq) & reader.TryReadUInt64(out var fingerprint);
                versions.Add(new StateVersion(section, reference, epoch, seq, fingerprint));
            }

            before = section;
        }

        return true;
    }

    private static void WriteVersions(WireWriter writer, IReadOnlyCollection<StateVersion> versions)
    {
        foreach (var section in versions.Select(static version => version.Section).Distinct().Order())
        {
            writer.WriteByte((byte)section);
            writer.WriteUInt16((ushort)versions.Count(version => version.Section == section));
            foreach (var version in versions)
            {
                if (version.Section == section)
                {
                    writer.WriteUInt64(version.Reference);
                    writer.WriteUInt64(version.Epoch);
                    writer.WriteUInt64(version.Seq);
                    writer.WriteUInt64(version.Fingerprint);
                }
            }
        }
    }
}
