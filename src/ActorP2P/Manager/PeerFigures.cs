namespace ActorP2P;

/// <summary>What a channel with a remote node has carried, across its sessions: written by its Peer alone, read by anybody at any time.</summary>
internal sealed class PeerFigures
{
    private long _sentMessages;
    private long _receivedMessages;
    private long _queuedBytes;

    /// <summary>Entries that the channel took: unicasts, requests, replies, publications and their announcements, state.</summary>
    public long SentMessages => Volatile.Read(ref _sentMessages);

    /// <summary>Entries that came, of the same kinds.</summary>
    public long ReceivedMessages => Volatile.Read(ref _receivedMessages);

    /// <summary>Bytes that waited for the far side's window, or the link, at the last flush.</summary>
    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    /// <summary>The channel took one entry.</summary>
    public void Sent() => Volatile.Write(ref _sentMessages, _sentMessages + 1);

    /// <summary>Entries came.</summary>
    public void Received(int messages) => Volatile.Write(ref _receivedMessages, _receivedMessages + messages);

    /// <summary>So much waits now.</summary>
    public void Waiting(long bytes) => Volatile.Write(ref _queuedBytes, bytes);
}
