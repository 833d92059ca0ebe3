using System.Buffers.Binary;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Handshake;

/// <summary>A running hash of all that was said: <c>T = H("actorp2p/1 handshake")</c>, then <c>T = H(T ‖ u32 length ‖ part)</c> for each part.</summary>
internal sealed class HandshakeTranscript
{
    private readonly SuiteHash _hash;
    private readonly byte[] _value;

    public HandshakeTranscript(SuiteHash hash)
    {
        _hash = hash;
        _value = new byte[hash.LengthBytes];
        hash.Hash("actorp2p/1 handshake"u8, _value);
    }

    /// <summary>The hash over everything absorbed so far.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>Adds one part.</summary>
    public void Absorb(ReadOnlySpan<byte> part)
    {
        var input = new byte[_value.Length + sizeof(uint) + part.Length];
        _value.CopyTo(input, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(input.AsSpan(_value.Length), (uint)part.Length);
        part.CopyTo(input.AsSpan(_value.Length + sizeof(uint)));
        _hash.Hash(input, _value);
    }
}
