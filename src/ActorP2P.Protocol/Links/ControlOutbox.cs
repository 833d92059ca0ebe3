namespace ActorP2P.Protocol.Links;

/// <summary>
/// What a link has to say on its own control lane and has not sealed yet. Everything coalesces here, before
/// sealing, so a remote that stops reading, or pings without end, costs a fixed amount of memory.
/// </summary>
public sealed class ControlOutbox
{
    /// <summary>Most pings, and most pongs, that wait at once; the oldest gives way.</summary>
    public const int MaxWaitingNumbers = 8;

    private readonly Queue<ulong> _pings = new();
    private readonly Queue<ulong> _pongs = new();
    private readonly Queue<ReadOnlyMemory<byte>> _successions = new();
    private readonly Dictionary<ulong, ReadOnlyMemory<byte>> _namespaces = [];
    private bool _confirm;
    private bool _beat;
    private string? _goodbye;

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => !_confirm && !_beat && _pings.Count == 0 && _pongs.Count == 0 && _successions.Count == 0 && _namespaces.Count == 0 && _goodbye is null;

    /// <summary>Says that this link was chosen.</summary>
    public void Confirm() => _confirm = true;

    /// <summary>Gives a sign of life; one is enough however many were asked for.</summary>
    public void Beat() => _beat = true;

    /// <summary>Asks for an answer. False when an older ping gave way.</summary>
    public bool Ping(ulong number) => Add(_pings, number);

    /// <summary>Answers a ping. False when an older answer gave way.</summary>
    public bool Pong(ulong number) => Add(_pongs, number);

    /// <summary>States that a key takes another one's place, before any namespace is offered. Called a fixed number of times a link.</summary>
    public void Succession(ReadOnlyMemory<byte> statement) => _successions.Enqueue(statement);

    /// <summary>Offers a namespace; replaces what waits for the same tag.</summary>
    public void Offer(ulong tag, ReadOnlyMemory<byte> nonce) => _namespaces[tag] = nonce;

    /// <summary>Withdraws a namespace; replaces what waits for the same tag.</summary>
    public void Withdraw(ulong tag) => _namespaces[tag] = default;

    /// <summary>The last entry of this link: it is taken when nothing else waits.</summary>
    public void Goodbye(string reason) => _goodbye ??= reason;

    /// <summary>
    /// Writes waiting entries as the plaintext of one record, most urgent first, and forgets them.
    /// Call again while <see cref="IsEmpty"/> is false.
    /// </summary>
    /// <param name="destination">At least <see cref="LinkEntries.MaxControlEntryBytes"/> bytes.</param>
    /// <returns>Bytes written; 0 when nothing waits.</returns>
    public int Take(Span<byte> destination)
    {
        var written = 0;
        while (TryPeek(out var entry) && LinkEntries.LengthBytes(entry) <= destination.Length - written)
        {
            written += LinkEntries.Write(entry, destination[written..]);
            Forget(entry);
        }

        return written;
    }

    private static bool Add(Queue<ulong> numbers, ulong number)
    {
        var roomy = numbers.Count < MaxWaitingNumbers;
        if (!roomy)
        {
            numbers.Dequeue();
        }

        numbers.Enqueue(number);
        return roomy;
    }

    private bool TryPeek(out LinkEntry entry)
    {
        entry = default;
        if (_confirm)
        {
            entry = new LinkEntry(LinkEntryKind.Confirm, 0, default);
        }
        else if (_pongs.TryPeek(out var pong))
        {
            entry = new LinkEntry(LinkEntryKind.Pong, pong, default);
        }
        else if (_pings.TryPeek(out var ping))
        {
            entry = new LinkEntry(LinkEntryKind.Ping, ping, default);
        }
        else if (_beat)
        {
            entry = new LinkEntry(LinkEntryKind.Beat, 0, default);
        }
        else if (_successions.TryPeek(out var statement))
        {
            entry = new LinkEntry(LinkEntryKind.Succession, 0, statement);
        }
        else if (_namespaces.Count > 0)
        {
            var (tag, nonce) = _namespaces.First();
            entry = new LinkEntry(nonce.IsEmpty ? LinkEntryKind.Withdraw : LinkEntryKind.Offer, tag, nonce);
        }
        else if (_goodbye is not null)
        {
            entry = LinkEntries.Goodbye(_goodbye);
        }
        else
        {
            return false;
        }

        return true;
    }

    private void Forget(in LinkEntry entry)
    {
        switch (entry.Kind)
        {
            case LinkEntryKind.Confirm:
                _confirm = false;
                break;
            case LinkEntryKind.Pong:
                _pongs.Dequeue();
                break;
            case LinkEntryKind.Ping:
                _pings.Dequeue();
                break;
            case LinkEntryKind.Beat:
                _beat = false;
                break;
            case LinkEntryKind.Succession:
                _successions.Dequeue();
                break;
            case LinkEntryKind.Goodbye:
                _goodbye = null;
                break;
            default:
                _namespaces.Remove(entry.Number);
                break;
        }
    }
}
