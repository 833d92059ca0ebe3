using ActorP2P.Protocol.Tunnel;

namespace ActorP2P;

/// <summary>The ends of the packets sent last: only who was on their way can quote them in a refusal.</summary>
internal sealed class SentProofs
{
    private const int MaxProofs = 256;

    private readonly ReadOnlyMemory<byte>[] _proofs = new ReadOnlyMemory<byte>[MaxProofs];
    private int _next;

    public void Add(byte[] body)
    {
        _proofs[_next] = body.AsMemory(body.Length - TunnelPacket.ProofLengthBytes);
        _next = (_next + 1) % MaxProofs;
    }

    /// <summary>Packets take another way from now on: what is said of the former way concerns nobody.</summary>
    public void Clear() => Array.Clear(_proofs);

    /// <summary>True once for each packet.</summary>
    public bool TryTake(ReadOnlySpan<byte> proof)
    {
        for (var i = 0; i < _proofs.Length; i++)
        {
            if (proof.SequenceEqual(_proofs[i].Span))
            {
                _proofs[i] = default;
                return true;
            }
        }

        return false;
    }
}
