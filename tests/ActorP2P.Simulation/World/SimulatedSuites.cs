using System.Buffers.Binary;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Simulation;

/// <summary>
/// The cheap suite of large simulated networks: records are as long as sealed ones and changed bytes are noticed, but nothing
/// is hidden and a forger is not stopped. Below <see cref="SimulationOptions.MaxNodesWithRealSignatures"/> the real ones are used.
/// </summary>
internal static class SimulatedSuites
{
    /// <summary>The suite's name in the configuration.</summary>
    internal const string Name = "simulated";

    /// <summary>Makes the suite known to the configuration.</summary>
    internal static void Register() => AeadSuites.Register(Suite);

    private static readonly AeadSuite Suite = new Cheap();

    // Two lanes of multiply and shift (the finaliser of SplitMix64, Steele, Lea, Flood, 2014), eight bytes at a time.
    private static (ulong A, ulong B) Mix((ulong A, ulong B) state, ReadOnlySpan<byte> data)
    {
        var (a, b) = (state.A ^ (ulong)data.Length, state.B + (ulong)data.Length);
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..])
        {
            a = Step(a ^ BinaryPrimitives.ReadUInt64LittleEndian(data));
            b += a;
        }

        var rest = 0UL;
        for (var i = 0; i < data.Length; i++)
        {
            rest |= (ulong)data[i] << (8 * i);
        }

        a = Step(a ^ rest);
        return (a, Step(b + a));
    }

    private static ulong Step(ulong z)
    {
        z = (z + 0x9E3779B97F4A7C15UL) * 0xBF58476D1CE4E5B9UL;
        return z ^ (z >> 29);
    }

    private static void Write((ulong A, ulong B) state, Span<byte> destination)
    {
        for (; destination.Length >= sizeof(ulong); destination = destination[sizeof(ulong)..])
        {
            BinaryPrimitives.WriteUInt64LittleEndian(destination, state.A);
            state = (Step(state.B), Step(state.A + state.B));
        }
    }

    private sealed class Cheap : AeadSuite
    {
        public override string Name => SimulatedSuites.Name;

        public override int KeyLengthBytes => 16;

        public override SuiteHash Hash { get; } = new CheapHash();

        public override bool IsSupported => true;

        public override IAeadCipher CreateCipher(ReadOnlySpan<byte> key) => new Cipher(Mix(default, key));
    }

    private sealed class CheapHash : SuiteHash
    {
        public override string Name => SimulatedSuites.Name;

        public override int LengthBytes => 32;

        public override void Hash(ReadOnlySpan<byte> data, Span<byte> digest) => Write(Mix(default, data), digest[..LengthBytes]);

        public override void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac) => Write(Mix(Mix(default, key), data), mac[..LengthBytes]);
    }

    private sealed class Cipher((ulong A, ulong B) key) : IAeadCipher
    {
        public void Seal(ReadOnlySpan<byte> nonce, Span<byte> inPlace, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
            Write(Mix(Mix(Mix(key, nonce), associatedData), inPlace), tag);

        public bool TryOpen(ReadOnlySpan<byte> nonce, Span<byte> inPlace, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            Span<byte> expected = stackalloc byte[AeadSuite.TagLengthBytes];
            Seal(nonce, inPlace, expected, associatedData);
            return expected.SequenceEqual(tag);
        }

        public void Dispose()
        {
        }
    }
}
