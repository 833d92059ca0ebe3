using System.Diagnostics.CodeAnalysis;

namespace ActorP2P.Protocol.Identity;

/// <summary>
/// A node ID as one label of a host name: a letter for the curve and the parity of Y, then X in base32 (RFC 4648, lower
/// case, no padding), 53 characters. A host label has at most 63 (RFC 1035, 2.3.4), and Akka.Remote writes, reads and
/// hashes two addresses with every message: 128 hex digits cost a tenth of all its time.
/// </summary>
public static class NodeLabel
{
    /// <summary>Characters of a label.</summary>
    public const int Length = 1 + TextLength;

    private const int TextLength = 52;
    private const int CoordinateBytes = NodeId.LengthBytes / 2;
    private const string Digits = "abcdefghijklmnopqrstuvwxyz234567";
    private const int DigitBits = 5;

    /// <summary>The label of an ID.</summary>
    /// <exception cref="ArgumentException">The ID is a point of no curve that a network may have.</exception>
    public static string Of(NodeId node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var curve = CompressedPoint.CurveOf(node.Point)
            ?? throw new ArgumentException($"{node.ShortId} is no point of a known curve.", nameof(node));
        var isOdd = node.Point[^1] & 1;
        return string.Create(Length, (Kind: (curve * 2) + isOdd, Node: node), static (text, source) =>
        {
            text[0] = Digits[source.Kind];
            Encode(source.Node.Point[..CoordinateBytes], text[1..]);
        });
    }

    /// <summary>Whether a text has the form of a label; cheap, and no proof that it names a point.</summary>
    public static bool HasForm(ReadOnlySpan<char> text) => text.Length == Length && text.IndexOfAnyExcept(Digits) < 0;

    /// <summary>The ID that a label names; false when it names no point, or is not written in the one way that <see cref="Of"/> has.</summary>
    public static bool TryGetNode(ReadOnlySpan<char> text, [NotNullWhen(true)] out NodeId? node)
    {
        node = null;
        Span<byte> point = stackalloc byte[NodeId.LengthBytes];
        if (!HasForm(text) || !TryDecode(text[1..], point[..CoordinateBytes]))
        {
            return false;
        }

        var kind = Digits.IndexOf(text[0], StringComparison.Ordinal);
        if (!CompressedPoint.TryGetY(kind / 2, point[..CoordinateBytes], (kind & 1) != 0, point[CoordinateBytes..]))
        {
            return false;
        }

        node = NodeId.FromPoint(point);
        return true;
    }

    private static void Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var (held, bits, next) = (0, 0, 0);
        foreach (var value in bytes)
        {
            held = ((held << 8) | value) & 0xfff;
            for (bits += 8; bits >= DigitBits; bits -= DigitBits)
            {
                text[next++] = Digits[(held >> (bits - DigitBits)) & 31];
            }
        }

        text[next] = Digits[(held << (DigitBits - bits)) & 31];
    }

    /// <summary>False when the bits behind the last whole byte are not zero: every X has one text only.</summary>
    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        var (held, bits, next) = (0, 0, 0);
        foreach (var digit in text)
        {
            held = ((held << DigitBits) | Digits.IndexOf(digit, StringComparison.Ordinal)) & 0xfff;
            bits += DigitBits;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[next++] = (byte)(held >> bits);
            }
        }

        return (held & ((1 << bits) - 1)) == 0;
    }
}
