using System.Text;

namespace ActorP2P.AkkaRemoting;

/// <summary>What a PDU of Akka.Remote is, as far as the transport must know.</summary>
internal enum AkkaPduKind
{
    /// <summary>Not one of the forms that Akka.Remote writes.</summary>
    Malformed,

    /// <summary>User and system messages, acknowledgements.</summary>
    Payload,

    /// <summary>A heartbeat, which may overtake others.</summary>
    Heartbeat,

    /// <summary>The handshake, which claims an address.</summary>
    Associate,

    /// <summary>Any other control PDU.</summary>
    OtherControl,
}

/// <summary>
/// Reads PDUs strictly: each field once. Protobuf merges a message that comes twice, so a lenient reader could see no
/// claim where Akka.Remote sees one.
/// </summary>
/// <remarks>Fields of WireFormats.proto: AkkaProtocolMessage 1 payload, 2 instruction; AkkaControlMessage 1 command,
/// 2 handshake; AkkaHandshakeInfo 1 origin, 2 uid; AddressData 1 system, 2 hostname, 3 port, 4 protocol.</remarks>
internal static class AkkaPdu
{
    private const int LengthDelimited = 2;
    private const int Associate = 1;
    private const int Heartbeat = 3;

    /// <summary>Says what a PDU is, and for a handshake the host it claims.</summary>
    public static AkkaPduKind Classify(ReadOnlySpan<byte> pdu, out string claimedHost)
    {
        claimedHost = "";
        if (!TryTakeField(ref pdu, out var field, out var wireType, out _, out var content) || pdu.Length > 0 || wireType != LengthDelimited)
        {
            return AkkaPduKind.Malformed;
        }

        return field switch
        {
            1 => AkkaPduKind.Payload,
            2 => Control(content, out claimedHost),
            _ => AkkaPduKind.Malformed,
        };
    }

    private static AkkaPduKind Control(ReadOnlySpan<byte> control, out string claimedHost)
    {
        claimedHost = "";
        if (!TryFind(control, 1, out _, out _, out var command) || !TryFind(control, 2, out var hasHandshake, out var handshake, out _))
        {
            return AkkaPduKind.Malformed;
        }

        if (hasHandshake)
        {
            var isWhole = TryFind(handshake, 1, out var hasOrigin, out var origin, out _)
                && TryFind(origin, 2, out var hasHost, out var host, out _)
                && hasOrigin && hasHost && Ascii.IsValid(host);
            claimedHost = isWhole ? Encoding.ASCII.GetString(TheHost(origin)) : "";
            return isWhole ? AkkaPduKind.Associate : AkkaPduKind.Malformed;
        }

        return command switch
        {
            Associate => AkkaPduKind.Malformed,
            Heartbeat => AkkaPduKind.Heartbeat,
            _ => AkkaPduKind.OtherControl,
        };
    }

    private static ReadOnlySpan<byte> TheHost(ReadOnlySpan<byte> origin) => TryFind(origin, 2, out _, out var host, out _) ? host : default;

    /// <summary>False when the message is malformed or has the field twice; a field that is not there is empty and 0.</summary>
    private static bool TryFind(ReadOnlySpan<byte> message, int wanted, out bool isThere, out ReadOnlySpan<byte> content, out ulong number)
    {
        isThere = false;
        content = default;
        number = 0;
        while (message.Length > 0)
        {
            if (!TryTakeField(ref message, out var field, out _, out var fieldNumber, out var fieldContent) || (field == wanted && isThere))
            {
                return false;
            }

            if (field == wanted)
            {
                (isThere, number) = (true, fieldNumber);
                content = fieldContent;
            }
        }

        return true;
    }

    private static bool TryTakeField(scoped ref ReadOnlySpan<byte> message, out int field, out int wireType, out ulong number, out ReadOnlySpan<byte> content)
    {
        (field, wireType, number) = (0, 0, 0);
        content = default;
        if (!TryTakeVarint(ref message, out var tag))
        {
            return false;
        }

        (field, wireType) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        switch (wireType)
        {
            case 0:
                return TryTakeVarint(ref message, out number);
            case 1:
                return TryTakeBytes(ref message, 8, out content);
            case LengthDelimited:
                return TryTakeVarint(ref message, out number) && TryTakeBytes(ref message, number, out content);
            case 5:
                return TryTakeBytes(ref message, 4, out content);
            default:
                return false;
        }
    }

    private static bool TryTakeBytes(scoped ref ReadOnlySpan<byte> message, ulong length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > (ulong)message.Length)
        {
            return false;
        }

        bytes = message[..(int)length];
        message = message[(int)length..];
        return true;
    }

    private static bool TryTakeVarint(scoped ref ReadOnlySpan<byte> message, out ulong number)
    {
        number = 0;
        for (var at = 0; at < message.Length && at < 10; at++)
        {
            number |= (ulong)(message[at] & 0x7f) << (7 * at);
            if (message[at] < 0x80)
            {
                message = message[(at + 1)..];
                return true;
            }
        }

        return false;
    }
}
