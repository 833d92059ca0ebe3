using System.Security.Cryptography;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Limits;
using ActorP2P.Protocol.Wire;

namespace ActorP2P.Protocol.Gossip;

/// <content>What others ask for, at a rate that each of them has.</content>
public sealed partial class MembershipCore
{
    private const byte AnswerKind = 18;

    // One answer is one message of the topology; a chain longer than this goes alone.
    private const int AnswerBytes = 32 * 1024;
    private const int AnswerBurst = 256;
    private const double AnswersPerSecond = 64;

    private readonly Dictionary<NodeId, TokenBucket> _answers = [];

    private void Answer(NodeId to, ReadOnlySpan<byte> hashes, DateTimeOffset now, List<MembershipEffect> effects)
    {
        var bucket = _answers.TryGetValue(to, out var known) ? known : new TokenBucket(AnswersPerSecond, AnswerBurst, now);
        var chains = new List<ReadOnlyMemory<byte>>();
        var bytes = 0;
        for (; !hashes.IsEmpty; hashes = hashes[SHA256.HashSizeInBytes..])
        {
            if (!bucket.TryTake(1, now))
            {
                effects.Add(new MembershipEffect.Dropped(MembershipDrop.OverAllowance, to));
                break;
            }

            if (!_byHash.TryGetValue(ChainHash.From(hashes), out var node) || !_chains.TryGetValue(node, out var chain))
            {
                continue;
            }

            if (bytes + chain.Length > AnswerBytes && chains.Count > 0)
            {
                effects.Add(new MembershipEffect.Send(to, Encode(chains, bytes)));
                chains.Clear();
                bytes = 0;
            }

            chains.Add(chain);
            bytes += chain.Length;
        }

        _answers[to] = bucket;
        if (chains.Count > 0)
        {
            effects.Add(new MembershipEffect.Send(to, Encode(chains, bytes)));
        }
    }

    private static ReadOnlyMemory<byte> Encode(List<ReadOnlyMemory<byte>> chains, int bytes)
    {
        var writer = new WireWriter(1 + sizeof(ushort) + (chains.Count * sizeof(ushort)) + bytes);
        writer.WriteByte(AnswerKind);
        writer.WriteUInt16((ushort)chains.Count);
        foreach (var chain in chains)
        {
            writer.WriteUInt16((ushort)chain.Length);
            writer.WriteBytes(chain.Span);
        }

        return writer.Detach();
    }
}
