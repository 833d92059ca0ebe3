using System.Buffers.Binary;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Protocol.Tests.Handshake;
using ActorP2P.Protocol.Tests.Identity;

namespace ActorP2P.Protocol.Tests.Session;

/// <summary>An honest end, and a far end that has the right keys and says with them whatever the test wants.</summary>
internal sealed class RekeyLiar : IDisposable
{
    private const ulong Tag = 5;

    private readonly SessionTerms _terms;
    private readonly SecretBytes _victimSecret;
    private readonly GenerationSecret _first;
    private readonly RecordSealer[] _sealers;

    public RekeyLiar()
    {
        _terms = new SessionTerms(HandshakePair.Alice.Id, false, AeadSuites.Aes128Gcm, true, RekeyPair.Settings, IdentityCurves.P256, new SeededRandom(1));
        _victimSecret = Secret();
        Victim = new NamespaceSession("ns", Tag, _victimSecret, _terms with { WeInitiated = true, Random = new SeededRandom(2) }, RecordOrder.InOrder);
        _first = new GenerationSecret(0, Secret(), _terms);
        _sealers = [.. Enumerable.Range(0, Lanes.Count).Select(lane => new RecordSealer(_first, (Lane)lane, Tag, _terms, new GenerationUsage()))];
        OwnKey = IdentityCurves.P256.GenerateEphemeral(_terms.Random);
    }

    public NamespaceSession Victim { get; }

    public IEphemeralKey OwnKey { get; }

    public DateTimeOffset Now { get; private set; } = HandshakePair.Now;

    /// <summary>True while the victim's first generation is still in memory.</summary>
    public bool OldSecretIsKept => _victimSecret.Span.ContainsAnyExcept((byte)0);

    public RecordVerdict Say(RekeyMessage message) => Say(message.Encode());

    public RecordVerdict Say(byte[] message) => Open(_sealers[0].SealRekey(message).ToArray());

    public byte[] Seal(Lane lane) => RecordPair.Seal(_sealers[(int)lane], "x");

    public RecordVerdict Open(byte[] record) => RecordPair.Open(Victim.Opener((Lane)record[5]), record);

    /// <summary>The victim's keys grow old: its share for the next generation.</summary>
    public NodeId VictimShares()
    {
        Renew();
        Now += RekeyPair.Settings.After;
        var frame = Assert.Single(Renew());
        using var cipher = _first.Cipher(Lane.Control, _terms.Inbound);
        var text = frame[FrameHeader.LengthBytes..^AeadSuite.TagLengthBytes];
        Assert.True(cipher.TryOpen(
            BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(24)), text, frame.AsSpan()[^AeadSuite.TagLengthBytes..], frame.AsSpan(0, FrameHeader.LengthBytes)));
        Assert.True(RekeyMessage.TryDecode(text, out var share));
        return share.Point!;
    }

    /// <summary>Does all of the change honestly, up to the point where the liar seals under the new key.</summary>
    public ulong[] Switch()
    {
        var theirs = VictimShares();
        Assert.Equal(RecordVerdict.Opened, Say(RekeyMessage.Share(1, OwnKey.Public)));
        Assert.Equal(RecordVerdict.Opened, Say(RekeyMessage.Ready(1)));
        Renew();
        var agreed = new byte[IdentityCurve.SharedSecretLengthBytes];
        Assert.True(OwnKey.TryAgree(theirs, agreed));
        var next = _first.Next(agreed, OwnKey.Public, theirs, Tag);
        ulong[] counters = [.. _sealers.Select(sealer => sealer.NextCounter)];
        Array.ForEach(_sealers, sealer => sealer.MoveTo(next));
        return counters;
    }

    public List<byte[]> Renew()
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        Assert.Null(Victim.Renew(Now, frames));
        return frames.ConvertAll(frame => frame.ToArray());
    }

    public void Dispose()
    {
        Victim.Dispose();
        _first.Dispose();
        OwnKey.Dispose();
        Array.ForEach(_sealers, sealer => sealer.Dispose());
    }

    private static SecretBytes Secret()
    {
        var secret = new SecretBytes(32);
        secret.Span.Fill(0x5A);
        return secret;
    }
}
