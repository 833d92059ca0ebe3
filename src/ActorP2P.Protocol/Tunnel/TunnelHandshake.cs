using ActorP2P.Protocol.Handshake;
using ActorP2P.Protocol.Identity;
using ActorP2P.Protocol.Session;

namespace ActorP2P.Protocol.Tunnel;

/// <summary>What the owner of a tunnel's handshake must do.</summary>
public abstract record TunnelHandshakeEffect
{
    private TunnelHandshakeEffect()
    {
    }

    /// <summary>Send this packet to the far side.</summary>
    public sealed record Send(TunnelPacketKind Kind, byte[] Body) : TunnelHandshakeEffect;

    /// <summary>Nothing came back: take another way before the packets that follow this effect.</summary>
    public sealed record Unanswered : TunnelHandshakeEffect;

    /// <summary>The far side has proven who it is. It replaces any session of before.</summary>
    public sealed record Established(PairSession Session) : TunnelHandshakeEffect;

    /// <summary>No session came of it.</summary>
    public sealed record Failed(string Reason) : TunnelHandshakeEffect;

    /// <summary>A message was dropped for this reason; count it.</summary>
    public sealed record Dropped(string Reason) : TunnelHandshakeEffect;
}

/// <summary>
/// Leads the link's handshake, SIGMA-I, through packets that may be lost, doubled and forged by anybody. Each attempt has a
/// random number that only those on its way know; messages are sent again until they are answered, and a repeated message
/// costs no operation twice. A forged Hello takes one of a few places for answers and disturbs nothing else: an
/// established session stands until another one is proven.
/// <para>
/// When both begin at once, the attempt of the lower ID stands, as among links.
/// </para>
/// </summary>
public sealed class TunnelHandshake : IDisposable
{
    /// <summary>Length of an attempt's number.</summary>
    public const int AttemptLengthBytes = TunnelPacket.ProofLengthBytes;

    /// <summary>Answers that wait for message 3 at once; our guess: both sides' attempts and two forged ones.</summary>
    public const int MaxAnswers = 4;

    // What one Start may cost: each is a key, and an agreement when it is answered.
    private const int MaxAttempts = 3;

    /// <summary>First wait for an answer; it doubles. Our guess: a round trip over ten relays on a busy network.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(300);

    /// <summary>An answer waits this long for message 3.</summary>
    private static readonly TimeSpan AnswerLife = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _patience;
    private readonly List<Answered> _answers = [];
    private HandshakeParameters _parameters;
    private HandshakeInitiator? _initiator;
    private ReadOnlyMemory<byte> _attempt;
    private (TunnelPacketKind Kind, byte[] Body)? _unanswered;
    private DateTimeOffset _retryAt;
    private TimeSpan _retryAfter;
    private DateTimeOffset _giveUpAt;
    private int _attempts;
    private DateTimeOffset _date;

    /// <summary>Begins with nothing under way.</summary>
    /// <param name="parameters">This side, with the far side's ID and <see cref="HandshakeParameters.IsTunnel"/>.</param>
    /// <param name="patience">Time until an attempt has failed.</param>
    public TunnelHandshake(HandshakeParameters parameters, TimeSpan patience)
    {
        _parameters = parameters;
        _patience = patience;
    }

    /// <summary>True while an attempt of ours waits for an answer, or for the first sealed packet after it.</summary>
    public bool IsUnderWay => _unanswered is not null;

    /// <summary>When <see cref="TimerFired"/> is to be called; null for not at all.</summary>
    public DateTimeOffset? NextTimer => IsUnderWay ? (_retryAt < _giveUpAt ? _retryAt : _giveUpAt) : null;

    private NodeId Remote => _parameters.ExpectedRemoteId!;

    // Ours stands against a Hello that crosses it when we are the lower one.
    private bool OursStands => _initiator is not null && _parameters.Identity.Id < Remote;

    /// <summary>True when answering this Hello costs a key, an agreement and a signature: ask admission first.</summary>
    public bool IsCostly(TunnelPacketKind kind, ReadOnlyMemory<byte> body) =>
        kind == TunnelPacketKind.Hello && !_answers.Exists(answer => answer.Hello.Span.SequenceEqual(body.Span)) && !OursStands;

    /// <summary>What is in force has changed: messages from now on show and trust this. What is under way ends as it began.</summary>
    public void Use(HandshakeParameters parameters) => _parameters = parameters;

    /// <summary>Begins an attempt, unless one is under way.</summary>
    public void Start(DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        if (IsUnderWay)
        {
            return;
        }

        _giveUpAt = now + _patience;
        _attempts = 0;
        Attempt(now, effects);
    }

    /// <summary>A handshake packet of the far side, or of anybody who says so.</summary>
    /// <param name="kind">Hello, Answer or Finish.</param>
    /// <param name="body">The packet's body.</param>
    /// <param name="now">The present, as the timers count.</param>
    /// <param name="effects">Receives what to do.</param>
    /// <param name="date">The present as certificates are dated, where the timers count by another clock.</param>
    public void Handle(
        TunnelPacketKind kind, ReadOnlyMemory<byte> body, DateTimeOffset now, List<TunnelHandshakeEffect> effects, DateTimeOffset? date = null)
    {
        _date = date ?? now;
        if (body.Length < AttemptLengthBytes)
        {
            effects.Add(new TunnelHandshakeEffect.Dropped("malformed"));
            return;
        }

        var (message, attempt) = (body[..^AttemptLengthBytes], body[^AttemptLengthBytes..]);
        switch (kind)
        {
            case TunnelPacketKind.Hello:
                HandleHello(body, message, attempt, now, effects);
                break;
            case TunnelPacketKind.Answer:
                HandleAnswer(message, attempt, now, effects);
                break;
            default:
                HandleFinish(message, attempt, now, effects);
                break;
        }
    }

    /// <summary>A sealed packet of the new session opened: the far side has message 3.</summary>
    public void Confirmed() => _unanswered = null;

    /// <summary>The way has changed: what waits for an answer goes again.</summary>
    public void Resend(DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        if (_unanswered is { } waiting)
        {
            _retryAfter = FirstRetry;
            _retryAt = now + _retryAfter;
            effects.Add(new TunnelHandshakeEffect.Send(waiting.Kind, waiting.Body));
        }
    }

    /// <summary>Sends again, or gives up.</summary>
    public void TimerFired(DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        if (_unanswered is not { } waiting)
        {
            return;
        }

        if (_giveUpAt <= now)
        {
            _unanswered = null;
            Forget();
            effects.Add(new TunnelHandshakeEffect.Failed("unanswered"));
        }
        else if (_retryAt <= now)
        {
            _retryAfter *= 2;
            _retryAt = now + _retryAfter;
            effects.Add(new TunnelHandshakeEffect.Unanswered());
            effects.Add(new TunnelHandshakeEffect.Send(waiting.Kind, waiting.Body));
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Forget();
        foreach (var answer in _answers)
        {
            answer.Responder.Dispose();
        }

        _answers.Clear();
    }

    private void Attempt(DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        Forget();
        _attempts++;
        _initiator = HandshakeInitiator.Start(_parameters, out var message1);
        var attempt = new byte[AttemptLengthBytes];
        _parameters.Random.Fill(attempt);
        _attempt = attempt;
        Ask(TunnelPacketKind.Hello, [.. message1, .. attempt], now, effects);
    }

    private void Ask(TunnelPacketKind kind, byte[] body, DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        _unanswered = (kind, body);
        _retryAfter = FirstRetry;
        _retryAt = now + _retryAfter;
        effects.Add(new TunnelHandshakeEffect.Send(kind, body));
    }

    private void HandleHello(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> message1, ReadOnlyMemory<byte> attempt, DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        if (_answers.Find(answer => answer.Hello.Span.SequenceEqual(body.Span)) is { } known)
        {
            // The two directions need not take the same relays: who swallows the Answer would be asked for ever. Copies that
            // come at once are one Hello that went two ways.
            if (now - known.SentAt >= FirstRetry)
            {
                known.SentAt = now;
                effects.Add(new TunnelHandshakeEffect.Unanswered());
            }

            effects.Add(new TunnelHandshakeEffect.Send(TunnelPacketKind.Answer, known.Body));
            return;
        }

        if (OursStands)
        {
            effects.Add(new TunnelHandshakeEffect.Dropped("crossed"));
            return;
        }

        foreach (var late in _answers.Where(answer => answer.Until <= now).ToArray())
        {
            late.Responder.Dispose();
            _answers.Remove(late);
        }

        if (_answers.Count >= MaxAnswers)
        {
            effects.Add(new TunnelHandshakeEffect.Dropped("too-many-answers"));
            return;
        }

        switch (HandshakeResponder.Accept(_parameters, message1, _date))
        {
            case HandshakeResult.Awaiting awaiting:
                byte[] answer = [.. awaiting.Message2, .. attempt.Span];
                _answers.Add(new Answered(body.ToArray(), attempt.ToArray(), awaiting.Next, answer, now + AnswerLife) { SentAt = now });
                effects.Add(new TunnelHandshakeEffect.Send(TunnelPacketKind.Answer, answer));
                break;
            case HandshakeResult.Refused refused:
                effects.Add(new TunnelHandshakeEffect.Dropped("refused-" + refused.Reason));
                break;
        }
    }

    private void HandleAnswer(ReadOnlyMemory<byte> message2, ReadOnlyMemory<byte> attempt, DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        if (!attempt.Span.SequenceEqual(_attempt.Span) || _unanswered is not { } waiting)
        {
            effects.Add(new TunnelHandshakeEffect.Dropped("unasked-answer"));
            return;
        }

        if (_initiator is null)
        {
            // The far side sent again what it had no reply to: message 3 was lost.
            effects.Add(new TunnelHandshakeEffect.Send(waiting.Kind, waiting.Body));
            return;
        }

        var result = _initiator.HandleReply(message2, _date);
        _initiator = null;
        switch (result)
        {
            case HandshakeResult.Done done:
                Ask(TunnelPacketKind.Finish, [.. done.Message3!, .. _attempt.Span], now, effects);
                effects.Add(new TunnelHandshakeEffect.Established(done.Session));
                break;
            case HandshakeResult.Refused refused:
                // A relay on the way can forge this much. The next attempt takes another way.
                effects.Add(new TunnelHandshakeEffect.Dropped("refused-" + refused.Reason));
                if (_attempts < MaxAttempts)
                {
                    effects.Add(new TunnelHandshakeEffect.Unanswered());
                    Attempt(now, effects);
                }
                else
                {
                    _unanswered = null;
                    effects.Add(new TunnelHandshakeEffect.Failed("refused-" + refused.Reason));
                }

                break;
        }
    }

    private void HandleFinish(ReadOnlyMemory<byte> message3, ReadOnlyMemory<byte> attempt, DateTimeOffset now, List<TunnelHandshakeEffect> effects)
    {
        if (_answers.Find(answer => answer.Attempt.Span.SequenceEqual(attempt.Span)) is not { } answered)
        {
            effects.Add(new TunnelHandshakeEffect.Dropped("unasked-finish"));
            return;
        }

        // A relay on the way knows the attempt, and nothing else: the true message 3 may still come by another way.
        if (!answered.Responder.IsSealedByInitiator(message3))
        {
            effects.Add(new TunnelHandshakeEffect.Dropped("forged-finish"));
            return;
        }

        _answers.Remove(answered);
        switch (answered.Responder.HandleFinish(message3, _date))
        {
            case HandshakeResult.Done done:
                _unanswered = null;
                Forget();
                effects.Add(new TunnelHandshakeEffect.Established(done.Session));
                break;
            case HandshakeResult.Refused refused:
                effects.Add(new TunnelHandshakeEffect.Dropped("refused-" + refused.Reason));
                break;
        }
    }

    private void Forget()
    {
        _initiator?.Dispose();
        _initiator = null;
    }

    private sealed record Answered(ReadOnlyMemory<byte> Hello, ReadOnlyMemory<byte> Attempt, HandshakeResponder Responder, byte[] Body, DateTimeOffset Until)
    {
        public required DateTimeOffset SentAt { get; set; }
    }
}
