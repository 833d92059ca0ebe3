using System.Text.Json;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Succession;

namespace ActorP2P.Protocol.Tests.Succession;

/// <summary>The bytes of a statement of succession, against a second implementation's and against those who forge them.</summary>
public sealed class SuccessionStatementTests
{
    private const string Network = "net";

    private static readonly DateTimeOffset Issued = DateTimeOffset.UnixEpoch.AddYears(56);
    private static readonly Vector Known = Load();

    [Fact]
    public void The_vectors_statement_reads_as_it_was_made_and_both_signatures_verify()
    {
        Assert.True(SuccessionStatement.TryDecode(Convert.FromHexString(Known.Statement), out var statement));
        Assert.Equal((Known.Predecessor, Known.Successor), (statement.Predecessor.ToString(), statement.Successor.ToString()));
        Assert.Equal(Known.ChainHash, Convert.ToHexStringLower(statement.ChainHash.Span));
        Assert.Equal(
            (Known.Epoch, Known.IssuedMs, Known.EndsMs),
            (statement.Epoch, statement.Issued.ToUnixTimeMilliseconds(), statement.Ends.ToUnixTimeMilliseconds()));
        Assert.True(statement.Verify(Known.Network, IdentityCurves.P256));
        Assert.False(statement.Verify(Known.Network + "x", IdentityCurves.P256));
    }

    [Fact]
    public void What_is_made_with_the_vectors_keys_has_the_vectors_bytes_before_the_signatures()
    {
        using var predecessor = Key(Known.PredecessorKeyPem);
        using var successor = Key(Known.SuccessorKeyPem);
        var made = SuccessionStatement.Sign(
            Known.Network,
            predecessor,
            successor,
            Convert.FromHexString(Known.ChainHash),
            Known.Epoch,
            DateTimeOffset.FromUnixTimeMilliseconds(Known.IssuedMs),
            DateTimeOffset.FromUnixTimeMilliseconds(Known.EndsMs));
        Assert.Equal(SuccessionStatement.LengthBytes, made.Encoded.Length);
        Assert.Equal(Known.Unsigned, Convert.ToHexStringLower(made.Encoded.Span[..^(2 * IdentityCurve.SignatureLengthBytes)]));
        Assert.True(made.Verify(Known.Network, IdentityCurves.P256));
    }

    [Fact]
    public void A_statement_that_one_key_alone_signed_does_not_verify()
    {
        var (mine, other) = (SimulatedCurve.Key(1), SimulatedCurve.Key(2));
        var good = SuccessionStatement.Sign(Network, mine, other, new byte[32], 1, Issued, Issued.AddHours(1));
        Assert.True(good.Verify(Network, SimulatedCurve.Instance));
        var bytes = good.Encoded.ToArray();
        var (first, second) = (bytes[^128..^64], bytes[^64..]);
        foreach (var (predecessors, successors) in new[] { (first, first), (second, second), (second, first), (first, new byte[64]) })
        {
            predecessors.CopyTo(bytes, bytes.Length - 128);
            successors.CopyTo(bytes, bytes.Length - 64);
            Assert.True(SuccessionStatement.TryDecode(bytes, out var forged));
            Assert.False(forged.Verify(Network, SimulatedCurve.Instance));
        }
    }

    [Fact]
    public void Every_flipped_byte_is_refused()
    {
        var good = SuccessionStatement.Sign(Network, SimulatedCurve.Key(1), SimulatedCurve.Key(2), new byte[32], 1, Issued, Issued.AddHours(1));
        for (var i = 0; i < SuccessionStatement.LengthBytes; i++)
        {
            var bytes = good.Encoded.ToArray();
            bytes[i] ^= 0x01;
            Assert.False(SuccessionStatement.TryDecode(bytes, out var forged) && forged.Verify(Network, SimulatedCurve.Instance), $"byte {i}");
        }
    }

    [Fact]
    public void Another_length_version_or_time_and_two_keys_that_are_one_are_no_statement()
    {
        var good = SuccessionStatement.Sign(Network, SimulatedCurve.Key(1), SimulatedCurve.Key(2), new byte[32], 1, Issued, Issued.AddHours(1)).Encoded.ToArray();
        Assert.False(SuccessionStatement.TryDecode(good.AsMemory(1), out _));
        Assert.False(SuccessionStatement.TryDecode((byte[])[.. good, 0], out _));
        Assert.False(SuccessionStatement.TryDecode(ReadOnlyMemory<byte>.Empty, out _));
        Assert.False(SuccessionStatement.TryDecode(Changed(good, 0, 2), out _));
        var oneKey = good.ToArray();
        oneKey.AsSpan(1, NodeId.LengthBytes).CopyTo(oneKey.AsSpan(1 + NodeId.LengthBytes));
        Assert.False(SuccessionStatement.TryDecode(oneKey, out _));
        const int LastByteOfIssued = 1 + 64 + 64 + 32 + 8 + 7;
        Assert.False(SuccessionStatement.TryDecode(Changed(good, LastByteOfIssued, 0xFF), out _));
        Assert.Throws<ArgumentException>(() => SuccessionStatement.Sign(Network, SimulatedCurve.Key(1), SimulatedCurve.Key(1), new byte[32], 1, Issued, Issued));
        Assert.Throws<ArgumentException>(() => SuccessionStatement.Sign(Network, SimulatedCurve.Key(1), SimulatedCurve.Key(2), new byte[31], 1, Issued, Issued));
    }

    private static byte[] Changed(byte[] bytes, int at, byte to)
    {
        var changed = bytes.ToArray();
        changed[at] = to;
        return changed;
    }

    private static INodeKey Key(string pem)
    {
        Assert.True(IdentityCurves.P256.TryImportKey(pem, null, out var key, out var reason), reason);
        return key;
    }

    private static Vector Load()
    {
        using var stream = typeof(SuccessionStatementTests).Assembly.GetManifestResourceStream("succession-v1.json")!;
        return JsonSerializer.Deserialize<Vector>(stream, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower })!;
    }

    /// <summary>The form of succession-v1.json.</summary>
    private sealed record Vector(
        string Network,
        string PredecessorKeyPem,
        string SuccessorKeyPem,
        string Predecessor,
        string Successor,
        string ChainHash,
        ulong Epoch,
        long IssuedMs,
        long EndsMs,
        string Unsigned,
        string Statement);
}
