using ActorP2P.Protocol.Admission;
using ActorP2P.Protocol.Frames;
using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;
using ActorP2P.Transport;

namespace ActorP2P;

/// <summary>Leads the handshake core through the frames of one connection.</summary>
internal sealed class LinkHandshake : IDisposable
{
    private static readonly FrameHeader Header = new(0, FrameKind.Handshake, Lane.Control, FrameFlags.None, 0, 0, 0, 0);

    private readonly HandshakeParameters _parameters;
    private readonly bool _weInitiate;
    private HandshakeInitiator? _initiator;
    private HandshakeResponder? _responder;

    public LinkHandshake(HandshakeParameters parameters, bool weInitiate)
    {
        _parameters = parameters;
        _weInitiate = weInitiate;
    }

    /// <summary>What this node brings to a handshake on this connection.</summary>
    public static HandshakeParameters Parameters(NodeEnvironment environment, TlsBinding? binding, NodeId? expectedId) => new()
    {
        Identity = environment.Trust.Identity,
        Validator = environment.Trust.Validator,
        NetworkId = environment.Settings.Network.Id,
        Epoch = environment.Epochs.Current,
        Suites = Suites(environment.Settings.Encryption.Suites),
        EncryptionEnabled = environment.Settings.Encryption.Enabled,
        Tls = binding is { } tls ? new TlsChannel(tls.ChannelBinding, tls.LocalSpkiHash, tls.RemoteSpkiHash) : null,
        Random = environment.Random,
        MaxMessageBytes = environment.Settings.Admission.HandshakeMaxBytes,
        Rekey = environment.Settings.Rekey,
        ExpectedRemoteId = expectedId,
    };

    /// <summary>What the next frame makes the accepting side compute.</summary>
    public AdmissionStep NextStep => _responder is null ? AdmissionStep.Hello : AdmissionStep.Proof;

    /// <summary>The initiator's first frame; nothing at the responder.</summary>
    public ReadOnlyMemory<byte>? Start()
    {
        if (!_weInitiate)
        {
            return null;
        }

        _initiator = HandshakeInitiator.Start(_parameters, out var message1);
        return Encode(message1);
    }

    /// <summary>Handles the next frame of the remote.</summary>
    public Step Handle(in Frame frame, DateTimeOffset now)
    {
        if (frame.Header != Header with { BodyLengthBytes = frame.Header.BodyLengthBytes })
        {
            return new Step.Failed("unexpected-frame", "A frame of another kind came before the handshake was done.");
        }

        HandshakeResult result;
        if (_weInitiate)
        {
            result = _initiator!.HandleReply(frame.Body, now);
        }
        else if (_responder is null)
        {
            result = HandshakeResponder.Accept(_parameters, frame.Body, now);
        }
        else
        {
            result = _responder.HandleFinish(frame.Body, now);
        }

        switch (result)
        {
            case HandshakeResult.Awaiting awaiting:
                _responder = awaiting.Next;
                return new Step.Answer(Encode(awaiting.Message2));
            case HandshakeResult.Done done:
                return new Step.Done(done.Message3 is { } message3 ? Encode(message3) : default(ReadOnlyMemory<byte>?), done.Session);
            case HandshakeResult.Refused refused:
                return new Step.Failed(Reason(refused), refused.Detail) { OwnKeyEpoch = refused.OwnKeyEpoch };
            default:
                throw new InvalidOperationException($"A handshake result that is none: {result.GetType().Name}");
        }
    }

    /// <summary>Erases the one-time keys of a handshake that did not end.</summary>
    public void Dispose()
    {
        _initiator?.Dispose();
        _responder?.Dispose();
    }

    private static string Reason(HandshakeResult.Refused refused) =>
        refused.Certificate is { } certificate ? "certificate-" + ReasonName.Of(certificate) : ReasonName.Of(refused.Reason);

    private static ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> body)
    {
        var frame = new byte[FrameHeader.LengthBytes + body.Length];
        (Header with { BodyLengthBytes = (uint)body.Length }).Write(frame);
        body.CopyTo(frame.AsSpan(FrameHeader.LengthBytes));
        return frame;
    }

    private static List<AeadSuite> Suites(IReadOnlyList<string> names)
    {
        var suites = new List<AeadSuite>(names.Count);
        foreach (var name in names)
        {
            suites.Add(AeadSuites.TryFind(name, out var suite)
                ? suite
                : throw new ArgumentException($"actorp2p.encryption.suites names '{name}', which no suite has."));
        }

        return suites;
    }

    /// <summary>What a frame led to.</summary>
    internal abstract record Step
    {
        /// <summary>Send this and wait.</summary>
        public sealed record Answer(ReadOnlyMemory<byte> Frame) : Step;

        /// <summary>The remote is proven; send the last frame first, when there is one.</summary>
        public sealed record Done(ReadOnlyMemory<byte>? LastFrame, PairSession Session) : Step;

        /// <summary>Refused.</summary>
        public sealed record Failed(string Reason, string Detail) : Step
        {
            /// <summary>The epoch of another holder of our key, proven by its signature.</summary>
            public ulong? OwnKeyEpoch { get; init; }
        }
    }
}
